// The widget's files, for pages of any origin: a build for development, or a folder that `npm run promote` writes (docs/deploying.md).
import fs from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';

const forEver = 'public, max-age=31536000, immutable';
const movingTags = ['shopbell.js', 'widget/chat-widget-enhanced.js'];

/** Names without a version are asked for each time, and mostly answered 304 by ETag. */
function cacheControl(folder, file) {
  const name = path.relative(folder, file).replace(/\.(br|gz)$/, '');
  const released = fs.existsSync(path.join(folder, 'channel.json'));
  if (movingTags.includes(name)) return released ? 'public, max-age=30' : 'no-cache';
  return released && (name.includes('/') || /^switch\..+\.js$/.test(name)) ? forEver : 'no-cache';
}

/** @param {import('fastify').FastifyInstance} app @param {string} folder */
export function fileRoutes(app, folder) {
  // Made when missing: `npm run build` may come later than the gateway.
  fs.mkdirSync(folder, { recursive: true });
  app.register(fastifyStatic, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    preCompressed: true,
    setHeaders(reply, file) {
      reply.header('Access-Control-Allow-Origin', '*');
      reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
      reply.header('X-Content-Type-Options', 'nosniff');
      reply.header('Cache-Control', cacheControl(folder, file));
    },
  });
}
