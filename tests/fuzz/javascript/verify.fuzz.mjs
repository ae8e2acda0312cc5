// `npm run verify` on a server that is not ours: whatever a page, a channel and a manifest hold, it ends in lines and problems or in a
// Refusal. The network is left out: fetch gives real Responses of these bytes. The first line is the channel, the second the manifest,
// the rest the page.
import assert from 'node:assert/strict';
import { integrity_of } from '../../../tools/release/integrity.mjs';
import { Refusal } from '../../../tools/release/refusal.mjs';
import { verify } from '../../../tools/release/verify.mjs';

const shopbell = 'console.log(1);';
const files = [
  { path: 'shopbell.js', integrity: integrity_of(shopbell) },
  { path: 'root/shopbell.js', integrity: integrity_of(shopbell) },
  { path: 'core.wasm', integrity: integrity_of('') },
];
const manifest = JSON.stringify({ version: '1.2.0', files });
const channel = {
  on: true,
  version: '1.2.0',
  previous: '1.1.0',
  manifest: integrity_of(manifest),
  versions: {},
};
const page = (src, more = '') => `<!doctype html><script async src="${src}"${more}></script>`;
export const seeds = [
  `${JSON.stringify(channel)}\n${manifest}\n${page('/chat/shopbell.js?v=1.1.0&amp;x=1')}`,
  `${JSON.stringify({ ...channel, on: false })}\n${manifest}\n${page('https://chat.example/shopbell.js')}`,
  `${JSON.stringify({ ...channel, versions: { '1.1.0': {} } })}\n${manifest}\n${page('/shopbell.js?v=1.1.0')}`,
  `\n${manifest}\n${page('https://chat.example/1.2.0/shopbell.js', ` integrity="${files[0].integrity}"`)}`,
];

export async function one(bytes) {
  const [channel_line = '', manifest_line = '', ...rest] = bytes.toString('utf8').split('\n');
  globalThis.fetch = async (address) => {
    const { pathname } = new URL(address);
    const name = pathname.split('/').at(-1);
    if (name === 'channel.json') return new Response(channel_line, { status: channel_line ? 200 : 404 });
    if (name === 'manifest.json') return new Response(manifest_line);
    return new Response(name === 'page' ? rest.join('\n') : shopbell, {
      headers: { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
    });
  };
  try {
    const { lines, problems } = await verify('https://shop.example/page');
    assert.ok([...lines, ...problems].every((line) => typeof line === 'string'));
    return `${lines.length} ${Math.min(problems.length, 10)}`;
  } catch (error) {
    if (error instanceof Refusal)
      return error.message
        .replace(/https?:\S+/g, 'URL')
        .replace(/\d+/g, 'n')
        .slice(0, 60);
    throw error;
  }
}
