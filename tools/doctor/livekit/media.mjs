// Which media ports LiveKit offers, and an answer to its offer that makes it listen for us there. No media and no DTLS follow.
import { randomBytes } from 'node:crypto';
import { SessionDescription, SignalRequest } from '@livekit/protocol';

const sdp_line = (sdp, name) => new RegExp(`^a=${name}:(\\S+)`, 'm').exec(sdp)?.[1];

/** Of an offer's description. */
export const credentials_of = (sdp) => ({
  ufrag: sdp_line(sdp, 'ice-ufrag'),
  pwd: sdp_line(sdp, 'ice-pwd'),
  is_lite: /^a=ice-lite/m.test(sdp),
});

/** @param {string} init as a trickle frame has it @returns {{transport: 'udp' | 'tcp', ip: string, port: number, type: string} | undefined} */
export function candidate_of(init) {
  const line = /"candidate"\s*:\s*"([^"]*)"/.exec(init)?.[1] ?? '';
  const [, transport, ip, port, type] =
    /^candidate:\S+ \d+ (udp|tcp) \d+ (\S+) (\d+) typ (\w+)/i.exec(line) ?? [];
  return transport && { transport: transport.toLowerCase(), ip, port: Number(port), type };
}

const own_fingerprint = () => randomBytes(32).toString('hex').toUpperCase().match(/../g).join(':');

/** @returns {{frame: Buffer, ours: {ufrag: string, pwd: string}}} */
export function answer_to({ sdp, id }) {
  const ours = { ufrag: randomBytes(6).toString('hex'), pwd: randomBytes(16).toString('hex') };
  const mid = sdp_line(sdp, 'mid') ?? '0';
  const answer = [
    ...['v=0', 'o=- 1 1 IN IP4 0.0.0.0', 's=-', 't=0 0', `a=group:BUNDLE ${mid}`],
    ...[
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      'a=setup:active',
      `a=mid:${mid}`,
    ],
    ...['a=sendrecv', 'a=sctp-port:5000', `a=ice-ufrag:${ours.ufrag}`, `a=ice-pwd:${ours.pwd}`],
    ...[`a=fingerprint:sha-256 ${own_fingerprint()}`, ''],
  ].join('\r\n');
  const value = new SessionDescription({ type: 'answer', sdp: answer, id });
  return { frame: Buffer.from(new SignalRequest({ message: { case: 'answer', value } }).toBinary()), ours };
}
