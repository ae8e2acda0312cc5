// `npm run verify -- URL`: which version a page runs, seen from outside, and whether every byte is as it was released.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { release_folder } from '../lib/paths.mjs';
import { integrity_of } from './integrity.mjs';
import { get, is_channel, is_manifest, must_get, parsed, told } from './outside.mjs';
import { printable, Refusal, run_command, WrongCall } from './refusal.mjs';
import { is_version } from './version.mjs';

const usage = `usage: npm run verify -- URL

URL is a page that has the tag, the tag's own file (https://chat.example/shopbell.js) or the folder that is served. Tells which version a
page load gets now, and compares every file with the SHA-384 in the version's manifest, as browsers get it (brotli, gzip) and plain. The
manifest itself is compared with what the channel says, and with dist/release of this checkout where that has the version.`;

const attribute = (tag, name) =>
  new RegExp(`\\s${name}\\s*=\\s*["']?([^"'\\s>]+)`, 'i').exec(tag)?.[1]?.replaceAll('&amp;', '&');
const tag_file = /(?:^|\/)(shopbell|chat-widget-enhanced)\.js$/;

/** @returns {Promise<{src: URL, integrity?: string}>} the tag of a page; a script's address or a folder's stands for itself */
async function find_tag(url) {
  const address = new URL(url);
  if (tag_file.test(address.pathname)) return { src: address };
  if (address.pathname.endsWith('/') && (await get(new URL('channel.json', address))).status === 200)
    return { src: new URL('shopbell.js', address) };
  const { bytes } = await must_get(
    url,
    'Give the address of a page, of the tag or of the folder that is served.',
  );
  for (const [tag] of bytes.toString('utf8').matchAll(/<script\b[^>]*>/gi)) {
    const written = attribute(tag, 'src');
    if (!written || !URL.canParse(written, url)) continue;
    const src = new URL(written, url);
    if (/^https?:$/.test(src.protocol) && tag_file.test(src.pathname))
      return { src, integrity: attribute(tag, 'integrity') };
  }
  throw new Refusal(
    `There is no tag of Shopbell in the HTML of ${url}.`,
    "Where a tag manager or a script puts it in, give the tag's own address instead.",
  );
}

function check_headers({ headers }, path, problems) {
  const wanted = path.endsWith('.wasm')
    ? /^application\/wasm/
    : path.endsWith('.js')
      ? /^(text|application)\/javascript/
      : null;
  const type = headers.get('content-type') ?? '';
  if (wanted && !wanted.test(type)) problems.push(`${path}: Content-Type is "${type}"`);
  if (!headers.get('access-control-allow-origin'))
    problems.push(
      `${path}: Access-Control-Allow-Origin is missing, so pages of another origin cannot load it`,
    );
}

/** Every file of the version. @returns {Promise<string[]>} what is wrong */
async function check_version(folder, manifest) {
  const problems = [];
  for (const { path, integrity } of manifest.files) {
    for (const encoding of ['br, gzip', 'identity']) {
      const answer = await get(new URL(path, folder), encoding);
      if (answer.status !== 200) problems.push(`${path}: ${told(answer)}`);
      else if (integrity_of(answer.bytes) !== integrity)
        problems.push(
          `${path}: other bytes than were released (${encoding === 'identity' ? 'plain' : (answer.headers.get('content-encoding') ?? 'plain')})`,
        );
      else if (encoding === 'identity') check_headers(answer, path, problems);
      else continue;
      if (answer.status !== 200) break;
    }
  }
  return problems;
}

/** What promote copied beside the versions. */
async function check_root(root, manifest) {
  const problems = [];
  for (const { path, integrity } of manifest.files) {
    if (!path.startsWith('root/') || path.endsWith('.map')) continue;
    const name = path.slice('root/'.length);
    const answer = await get(new URL(name, root));
    if (integrity_of(answer.bytes) !== integrity)
      problems.push(
        answer.status === 200
          ? `${name}: not that of version ${manifest.version}; for 30 s after a promote that is a cache`
          : `${name}: ${told(answer)}`,
      );
  }
  return problems;
}

/** A version's manifest, compared with the channel's word of it, where there is one, and with this checkout's release. */
async function read_manifest(folder, version, promoted, { lines, problems }) {
  const { bytes } = await must_get(
    new URL('manifest.json', folder),
    'Copy the version into the folder that is served.',
  );
  const manifest = parsed(bytes, 'manifest.json', is_manifest);
  if (promoted && integrity_of(bytes) !== promoted)
    problems.push(`manifest.json of version ${version} is not the one that was promoted`);
  const own = join(release_folder, version, 'manifest.json');
  if (existsSync(own))
    if (readFileSync(own).equals(bytes))
      lines.push(`the manifest is that of dist/release/${version} in this checkout`);
    else problems.push(`manifest.json is not that of dist/release/${version} in this checkout`);
  return manifest;
}

/** What a share of browsers gets. @returns {Promise<number>} how many files were compared */
async function check_canary(root, { version, share, manifest: promoted }, told_here) {
  told_here.lines.push(`in ${share} of 100 browsers page loads get version ${version} instead`);
  const folder = new URL(`${version}/`, root);
  const manifest = await read_manifest(folder, version, promoted, told_here);
  const problems = await check_version(folder, manifest);
  told_here.problems.push(...problems.map((problem) => `${version}/${problem}`));
  return manifest.files.length;
}

/** @param {string} url @returns {Promise<{lines: string[], problems: string[]}>} */
export async function verify(url) {
  const { src, integrity } = await find_tag(url);
  const lines = [`tag: ${src.href}`];
  const problems = [];
  const file = src.pathname.split('/').at(-1);
  const pinned = src.pathname.split('/').at(-2);
  const root = new URL(file === 'shopbell.js' ? './' : '../', src);
  let version;
  let manifest_integrity;
  let canary;
  const channel_answer = await get(new URL('channel.json', root));
  if (channel_answer.status === 200) {
    const channel = parsed(channel_answer.bytes, 'channel.json', is_channel);
    const asked = src.searchParams.get('v');
    version = is_version(asked) && channel.versions?.[asked] ? asked : channel.version;
    if (version === channel.version) manifest_integrity = channel.manifest;
    // A tag's own ?v= is out of the share.
    if (version !== asked) canary = channel.canary;
    lines.push(
      channel.on
        ? `moving tag: page loads get version ${version}${channel.previous ? `; ${channel.previous} takes over where a file of it is not right` : ''}`
        : 'moving tag: switched off, page loads get no chat (npm run kill -- off brings it back)',
    );
    if (!channel.on) return { lines, problems };
  } else if (is_version(pinned) && pinned !== 'widget') {
    version = pinned;
    lines.push(`pinned tag: pages get version ${version}`);
  } else
    throw new Refusal(
      `${new URL('channel.json', root)} ${told(channel_answer)}, and ${src} names no version.`,
      'Promote a version into the folder that is served: npm run promote -- VERSION --to FOLDER',
    );

  const folder = manifest_integrity || channel_answer.status === 200 ? new URL(`${version}/`, root) : root;
  const manifest = await read_manifest(folder, version, manifest_integrity, { lines, problems });
  problems.push(...(await check_version(folder, manifest)));
  let files = manifest.files.length;
  const entry = (path) => manifest.files.find((one) => one.path === path)?.integrity;
  if (channel_answer.status === 200) {
    // The root's files are of the version that the channel names, whatever this tag's ?v= asks for.
    if (manifest_integrity) problems.push(...(await check_root(root, manifest)));
    if (canary) files += await check_canary(root, canary, { lines, problems });
  } else if (integrity && integrity !== entry('shopbell.js'))
    problems.push(
      `the tag's integrity is not that of version ${version}, so browsers refuse it: its tags.txt has the right one`,
    );
  else if (!integrity)
    lines.push('no integrity was seen in the tag: without it browsers take any bytes for it');
  lines.push(
    problems.length === 0
      ? `${files} files: every byte is as it was released`
      : `${files} files, ${problems.length} problems:`,
  );
  return { lines, problems };
}

async function command([url, ...more]) {
  if (!url || more.length > 0 || !URL.canParse(url) || !/^https?:/i.test(url))
    throw new WrongCall('one address is wanted, with https:// or http://');
  const { lines, problems } = await verify(url);
  console.log(printable([...lines, ...problems.map((problem) => `  ${problem}`)].join('\n')));
  if (problems.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run_command('verify', usage, command);
