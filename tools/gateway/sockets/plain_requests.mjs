// A WebSocket's address that is asked plainly. A proxy that keeps a header of an upgrade back makes such a request of it, and neither the page
// nor who runs the proxy can see which one was lost: the answer says it.
import { textPath, voicePath } from './upgrade.mjs';

/** Each header as an upgrade has it (RFC 6455, section 4.1). */
const wanted = {
  '`Upgrade: websocket`': ({ upgrade }) => /^websocket$/i.test(upgrade ?? ''),
  '`Connection: Upgrade`': ({ connection }) => /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(connection ?? ''),
};

/** @param {import('fastify').FastifyInstance} app */
export function plainRequestRoutes(app) {
  const answer = async ({ raw }, reply) => {
    const missing = Object.keys(wanted).filter((name) => !wanted[name](raw.headers));
    reply.code(426).headers({ Upgrade: 'websocket', Connection: 'Upgrade', 'Cache-Control': 'no-store' });
    return {
      error: 'Upgrade required',
      message: `This is a WebSocket. The request came without ${missing.join(' and ')}; a proxy may have kept that back`,
      missing,
      http: raw.httpVersion,
    };
  };
  for (const path of [textPath, voicePath]) app.get(path, answer);
}
