// The widget's files, for pages of any origin.
import fs from 'node:fs';
import fastifyStatic from '@fastify/static';

/** @param {import('fastify').FastifyInstance} app @param {string} folder */
export function fileRoutes(app, folder) {
  // Made when missing: `npm run build` may come later than the gateway.
  fs.mkdirSync(folder, { recursive: true });
  app.register(fastifyStatic, {
    root: folder,
    index: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders(reply) {
      reply.header('Access-Control-Allow-Origin', '*');
      reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
      reply.header('X-Content-Type-Options', 'nosniff');
      // Names carry no version here, so a browser asks each time and mostly gets 304 by ETag.
      reply.header('Cache-Control', 'no-cache');
    },
  });
}
