// The two origins of a measurement, both over HTTP/2 with a certificate made for it: the shop's pages, and the widgets' files with the
// mocked back ends, which answer at once. Files go out as brotli at its best, compressed before anything is measured.
import { X509Certificate, createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { run } from '../../lib/run.mjs';

const types = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

async function make_certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'shopbell-certificate-'));
  try {
    const { code, output } = await run(
      [
        'openssl',
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ]
        .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
        .concat(['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')]),
    );
    if (code !== 0) throw new Error(`openssl could not make a certificate:\n${output}`);
    return {
      key: readFileSync(join(folder, 'key.pem')),
      cert: readFileSync(join(folder, 'certificate.pem')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function listen(certificate, handle) {
  const sessions = new Set();
  const server = createSecureServer(certificate, handle);
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const session of sessions) session.destroy();
      }),
  };
}

const shop_page = (tag) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lamp</title><link rel="icon" href="data:,"></head>
<body>
<main><h1>Desk lamp</h1><p>A lamp for a desk, 39.00.</p></main>
${tag}
</body>
</html>
`;

/**
 * @param {Record<string, {folder(): Promise<string>, tag(files: string, api: string): string}>} contenders
 * @returns what a measurement needs: the page of each contender, and Chromium's arguments
 */
export async function open_origins(contenders) {
  const certificate = await make_certificate();
  const names = Object.keys(contenders);
  const folders = await Promise.all(names.map((name) => contenders[name].folder()));
  const packed = new Map();
  const compressed = (file) => {
    if (!packed.has(file)) packed.set(file, brotliCompressSync(readFileSync(file)));
    return packed.get(file);
  };

  const second = await listen(certificate, (request, response) => {
    const headers = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-allow-methods': '*',
      // Without it the page is not told how long the bodies were.
      'timing-allow-origin': '*',
      // As a release is served; each load begins with an empty cache.
      'cache-control': 'public, max-age=31536000, immutable',
    };
    const [, number, ...path] = new URL(request.url, 'https://files').pathname.split('/');
    if (number === 'api') {
      response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end('{}');
      return;
    }
    const file = join(folders[number] ?? '/nowhere', normalize(`/${path.join('/')}`));
    const type = types[extname(file)];
    if (!type || !existsSync(file)) {
      response.writeHead(404, headers).end();
      return;
    }
    const body = compressed(file);
    response
      .writeHead(200, {
        ...headers,
        'content-type': type,
        'content-encoding': 'br',
        'content-length': body.length,
      })
      .end(body);
  });
  const shop = await listen(certificate, (request, response) => {
    const name = names[Number(request.url.slice(1))];
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    const files = `${second.url}/${names.indexOf(name)}`;
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .end(shop_page(contenders[name].tag(files, `${second.url}/api`)));
  });

  const key = new X509Certificate(certificate.cert).publicKey.export({ type: 'spki', format: 'der' });
  return {
    page: (name) => `${shop.url}/${names.indexOf(name)}`,
    browser_arguments: [
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`,
      // Some of them ask hosts of others, for fonts and the like: nothing is measured against the world outside.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
    ],
    async close() {
      await shop.close();
      await second.close();
    },
  };
}
