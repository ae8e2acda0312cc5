// LiveKit's media ports as this machine reaches them: each is asked as a browser's ICE asks it.
import { SignalResponse } from '@livekit/protocol';
import { answer_to, candidate_of, credentials_of } from '../livekit/media.mjs';
import { ask_tcp, ask_udp, binding } from '../livekit/stun.mjs';

const offer_ms = 6_000;
/** LiveKit takes a moment before it answers anybody at these ports. */
const port_ms = 5_000;

/** Reads the socket until the server has said all that it offers. */
async function read_offer(socket) {
  const end_ms = performance.now() + offer_ms;
  const candidates = [];
  let offer;
  for (;;) {
    const frame = await socket.next(Math.max(1, end_ms - performance.now()));
    if (!frame.bytes) {
      if (frame.pong) continue;
      return { offer, candidates };
    }
    const { case: what, value } = SignalResponse.fromBinary(frame.bytes).message;
    if (what === 'offer') offer = value;
    if (what === 'trickle') candidates.push(candidate_of(value.candidateInit));
    if (what === 'trickle' && value.final) return { offer, candidates: candidates.filter(Boolean) };
  }
}

const told = ({ transport, ip, port }) => `${transport.toUpperCase()} ${ip}:${port}`;

export const ports = {
  name: 'ports',
  title: "LiveKit's media ports",
  limit_s: 40,
  async run(shop, tell) {
    if (!shop.signal)
      return shop.livekit_url
        ? tell.unknown(
            'which ones they are is said over the signalling',
            'Put "LiveKit’s signalling" right first.',
          )
        : tell.passed_over('no LiveKit in this tag, and no --livekit-url');
    const { offer, candidates } = await read_offer(shop.signal);
    if (!offer || candidates.length === 0)
      return tell.unknown(
        'LiveKit offered no media port within 6 s',
        'Look at its log, and at `rtc:` in its configuration.',
      );
    const theirs = credentials_of(offer.sdp);
    const { frame, ours } = answer_to(offer);
    shop.signal.say(frame);
    const request = () => binding(theirs, ours);
    const reached = [];
    const missed = [];
    await Promise.all(
      candidates.map(async (candidate) => {
        const ms =
          candidate.transport === 'udp'
            ? await ask_udp(candidate, request, port_ms)
            : await ask_tcp(candidate, request, port_ms);
        (ms === undefined ? missed : reached).push(candidate);
        if (ms !== undefined) tell.well(`${told(candidate)} answers after ${Math.round(ms)} ms`);
      }),
    );
    for (const transport of ['udp', 'tcp']) {
      const lost = missed.filter((one) => one.transport === transport);
      const others = reached.some((one) => one.transport === transport);
      if (lost.length === 0) {
        if (transport === 'tcp' && !others)
          tell.well('LiveKit offers no TCP port: shoppers behind strict firewalls have no way but TURN');
        continue;
      }
      if (others)
        tell.well(
          `${lost.map(told).join(', ')} does not answer here; another ${transport.toUpperCase()} port does`,
        );
      else
        tell.finding(
          `livekit-${transport}`,
          `${lost.map(told).join(', ')} does not answer: ${transport === 'udp' ? 'sound takes the slower way over TCP, or none' : 'shoppers whose network blocks UDP hear nothing'}.`,
          'Open this port in the firewall and at the cloud, map it in the compose file one to one, and let `rtc.use_external_ip` or `node_ip` name the address that shoppers reach.',
        );
    }
  },
};
