// Requests that want to become a WebSocket: which address, whose page, from where.
import { WebSocketServer } from 'ws';
import { isLocalhost, originAllowed } from '../http/cors.mjs';
import { hasSeveralHosts } from '../http/requests.mjs';

export const textPath = '/shopbell/v1/text';
export const voicePath = '/shopbell/v1/voice';

// The protocol's own limits are smaller and answered by the registry; past this one ws closes with 1009.
const payloadBytesMax = 1_048_576;
// A part of a message, of one byte even, keeps the 64 kB alive with which it was read: so many hold no more than one of the largest. Browsers
// send none in parts; past this ws closes with 1008.
const fragmentsMax = 16;
// The same of reads, of which a frame that comes slowly may need many.
const chunksMax = 4_096;

/** The first of a proxy's list, where there is a proxy of ours. */
const forwarded = (header, config) =>
  config.trustProxy && typeof header === 'string' ? header.split(',')[0].trim() : '';

/** The voice socket's absolute address as the page reaches it; empty when that cannot be told. */
export function voiceUrl(headers, config) {
  const host = forwarded(headers['x-forwarded-host'], config) || headers.host || '';
  if (!/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return '';
  const secure = forwarded(headers['x-forwarded-proto'], config) === 'https';
  return `${secure ? 'wss' : 'ws'}://${host}${voicePath}`;
}

/**
 * @param {import('node:http').Server} server
 * @param {object} config
 * @param {(opened: {ws: import('ws').WebSocket, kind: 'text'|'voice', page: object}) => void} onOpen
 * @returns {() => void} stops taking upgrades
 */
export function acceptUpgrades(server, config, onOpen) {
  // A page's own compression would cost memory for each socket, and Opus does not shrink.
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: payloadBytesMax,
    maxFragments: fragmentsMax,
    maxBufferedChunks: chunksMax,
  });
  const onUpgrade = (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const kind = { [textPath]: 'text', [voicePath]: 'voice' }[request.url.split('?')[0]];
    const refusal = hasSeveralHosts(request) ? '400 Bad Request' : kind ? null : '404 Not Found';
    if (refusal) {
      // Node watches this socket no longer: without this, a peer that keeps its side open would keep ours.
      socket.once('finish', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { headers } = request;
    const page = {
      address: forwarded(headers['x-forwarded-for'], config) || request.socket.remoteAddress || '',
      originAllowed: originAllowed(headers.origin, config),
      keyNeeded: !(config.localhostNeedsNoKey && isLocalhost(headers.origin)),
      voiceUrl: voiceUrl(headers, config),
    };
    webSockets.handleUpgrade(request, socket, head, (ws) => onOpen({ ws, kind, page }));
  };
  server.on('upgrade', onUpgrade);
  return () => server.off('upgrade', onUpgrade);
}
