// channel.json: which version the moving tags run. web/tag/switch.ts reads it on every page that wants the chat.
//
//   version    what runs                              manifest   SHA-384 of its manifest.json
//   previous   what runs where a file of it is not right          on   false: nothing runs (the kill switch)
//   canary     {version, share, manifest}: what runs in `share` of 100 browsers instead, where there is one
//   versions   of each version in the folder its successor.js, with its hash: what `?v=` may name
//   history    what was promoted, oldest first; rollback goes back in it
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { with_lock } from '../lib/lock.mjs';
import { integrity_of } from './integrity.mjs';
import { Refusal } from './refusal.mjs';
import { read_version, remove_unfinished, versions_in, write_whole } from './served.mjs';

const history_max = 20;

export const max_age_s = 30;

/** Also for a page that has the tag: it draws nothing, and whatever the page asks of it does nothing. */
const switched_off = `(function(){console.info("[Shopbell] is switched off here (npm run kill -- off brings it back).");var n=function(){},h={open:n,close:n,send:n,on:function(){return n},destroy:n},o={init:function(){return h},toggleChat:n,clearSession:n};window.Shopbell=window.Shopbell||o;window.TradeZoneChatEnhanced=window.TradeZoneChatEnhanced||o})();\n`;

/** @typedef {{version: string, share: number, manifest: string}} Canary */
/** @typedef {{history: string[], on: boolean, canary?: Canary}} Plan what promote, rollback and kill change */

/** @returns {null | Plan & {version: string, manifest: string, previous?: string, versions: Record<string, string>}} */
export function read_channel(folder) {
  const file = join(folder, 'channel.json');
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Refusal(
      `${file} is no JSON.`,
      'Remove it and promote a version: npm run promote -- VERSION --to FOLDER',
    );
  }
}

/** The files that moving tags name, from the version's own folder; or what stands in their place while all is switched off. */
function write_root(folder, version, on) {
  const { manifest } = read_version(folder, version);
  const of_root = manifest.files
    .map(({ path }) => path)
    .filter((path) => path.startsWith('root/'))
    // The tags last: what they load is there before them.
    .sort((a, b) => Number(is_tag(a)) - Number(is_tag(b)));
  for (const path of of_root) {
    for (const ending of ['.br', '.gz', '']) {
      const from = join(folder, version, path + ending);
      const to = join(folder, path.slice('root/'.length) + ending);
      if (on || !is_tag(path)) {
        if (existsSync(from)) write_whole(to, readFileSync(from));
        else rmSync(to, { force: true });
      } else write_whole(to, compressed(Buffer.from(switched_off), ending));
    }
  }
}
const compressed = (bytes, ending) =>
  ending === '.br' ? brotliCompressSync(bytes) : ending === '.gz' ? gzipSync(bytes) : bytes;
const is_tag = (path) => /^root\/(shopbell|widget\/chat-widget-enhanced)\.js$/.test(path);

function write_channel(folder, { history, on, canary }) {
  const version = history.at(-1);
  const previous = history.at(-2);
  const { bytes } = read_version(folder, version);
  const versions = Object.fromEntries(
    versions_in(folder).map((name) => [
      name,
      JSON.parse(readFileSync(join(folder, name, 'manifest.json'), 'utf8')).successor,
    ]),
  );
  const channel = { version, manifest: integrity_of(bytes), previous, on, canary, versions, history };
  write_root(folder, version, on);
  write_whole(join(folder, 'channel.json'), Buffer.from(`${JSON.stringify(channel, null, 1)}\n`));
  return channel;
}

/**
 * @param {string} folder
 * @param {(plan: Plan) => Plan} change
 */
export function change_channel(folder, change) {
  mkdirSync(folder, { recursive: true });
  return with_lock(join(folder, '.shopbell.lock'), 'promote, rollback or kill', () => {
    remove_unfinished(folder);
    const before = read_channel(folder);
    const { history = [], on = true, canary: before_it } = before ?? {};
    const plan = change({ history, on, canary: before_it });
    const present = new Set(versions_in(folder));
    const kept = plan.history.filter((name) => present.has(name)).slice(-history_max);
    const canary = present.has(plan.canary?.version) ? plan.canary : undefined;
    return { before, now: write_channel(folder, { history: kept, on: plan.on, canary }) };
  });
}

export const in_short = ({ version, canary }) =>
  `version ${version}${canary ? `, in ${canary.share} of 100 browsers ${canary.version}` : ''}`;

/** What pages get now, in words. */
export function describe({ version, previous, on, canary }) {
  if (!on)
    return [
      `Switched off: new page loads get no chat (${in_short({ version, canary })} is kept for when it is switched on again).`,
      `A page that has the moving tag in its cache still draws the launcher for up to ${max_age_s} s; a press takes it away.`,
      'Pages on which the chat runs, and pinned tags, are not touched.',
    ];
  return [
    canary
      ? `New page loads with a moving tag get version ${canary.version} in ${canary.share} of 100 browsers, the same ones each time, and version ${version} in the others and where nothing can be stored.`
      : `New page loads with a moving tag get version ${version}.`,
    ...(canary
      ? [`Where a file of version ${canary.version} is missing or wrong, version ${version} runs instead.`]
      : []),
    previous
      ? `Where a file of version ${version} is missing or wrong, version ${previous} runs instead.`
      : `There is no earlier version to take the place of ${version} where a file of it is missing or wrong.`,
    'Pinned tags, and pages on which the chat runs already, keep their version.',
  ];
}
