// `npm run release -- --version 1.2.0 [--out FOLDER]`: writes a version's folder. The same sources make the same bytes, wherever and whenever.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { build_or_exit } from '../build.mjs';
import { release_folder } from '../lib/paths.mjs';
import { exit_on_signals } from '../lib/run.mjs';
import { make_files } from './bundles.mjs';
import { bill_of_materials, licences_text } from './components.mjs';
import { integrity_of } from './integrity.mjs';
import { npm_files } from './npm.mjs';
import { Refusal, run_command, WrongCall } from './refusal.mjs';
import { tags_text } from './tags.mjs';
import { check_toolchain } from './toolchain.mjs';
import { is_version, version_rule } from './version.mjs';

const usage = `usage: npm run release -- --version VERSION [--out FOLDER]

Writes dist/release/VERSION (or FOLDER/VERSION): the widget's files with a hash in nearly each name, manifest.json with the SHA-384 of each,
brotli and gzip beside each, LICENSES.txt, sbom.json (CycloneDX), source maps, and tags.txt with the tags to paste.
VERSION is a name: ${version_rule}. A version that is there already is refused: pages hold on to its bytes.
Next: npm run promote -- VERSION --to FOLDER-THAT-IS-SERVED`;

const json = (value) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

const brotli_bytes = promisify(brotliCompress);
const gzip_bytes = promisify(gzip);

/** @returns {Promise<Map<string, Buffer>>} everything of the version's folder by its path there */
export async function version_files(
  esbuild,
  version,
  toolchain,
  { compressed = true, package_files = npm_files(version) } = {},
) {
  const { files, successor } = await make_files(esbuild, version);
  for (const [path, bytes] of package_files) files.set(path, bytes);
  const paths = [...files.keys()].sort();
  const entries = paths.map((path) => ({
    path,
    bytes: files.get(path).length,
    integrity: integrity_of(files.get(path)),
  }));
  const all = new Map(paths.map((path) => [path, files.get(path)]));
  all.set(
    'manifest.json',
    json({ name: 'shopbell', version, toolchain, successor, shares: true, files: entries }),
  );
  all.set('LICENSES.txt', Buffer.from(licences_text(version)));
  all.set(
    'sbom.json',
    json(
      bill_of_materials(
        version,
        entries.filter(({ path }) => !path.endsWith('.map')),
      ),
    ),
  );
  all.set('tags.txt', Buffer.from(tags_text(version, integrity_of(files.get('shopbell.js')))));
  if (compressed)
    for (const [path, bytes] of [...all]) {
      all.set(`${path}.br`, await brotli_bytes(bytes));
      all.set(`${path}.gz`, await gzip_bytes(bytes, { level: 9 }));
    }
  return all;
}

async function release(args) {
  const { values } = parseArgs({ args, options: { version: { type: 'string' }, out: { type: 'string' } } });
  const { version } = values;
  if (!is_version(version)) throw new WrongCall(`--version must be ${version_rule}`);
  const folder = join(resolve(values.out ?? release_folder), version);
  if (existsSync(folder))
    throw new Refusal(
      `${folder} is there already.`,
      'Released bytes never change. Choose another version, or remove the folder if it has never been served.',
    );
  const toolchain = await check_toolchain();
  await build_or_exit();
  const files = await version_files(await import('esbuild'), version, toolchain);
  const work = `${folder}.${process.pid}.new`;
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), bytes);
  }
  try {
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  console.log(`${relative(process.cwd(), folder)}: version ${version}. Its tags are in tags.txt.`);
  console.log(`Next: npm run promote -- ${version} --to FOLDER-THAT-IS-SERVED`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  exit_on_signals();
  await run_command('release', usage, release);
}
