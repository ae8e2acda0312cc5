// The rivals of `npm run bench -- size` and `startup`: their published packages, pinned by version and content, unpacked into the cache
// folder and nowhere else. Each brings all it needs in one or two files, so nothing of what they depend on is installed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache_folder } from '../../lib/paths.mjs';
import { run } from '../../lib/run.mjs';

/** `integrity` as the registry and a lock file give it. */
const packages = {
  'deep-chat': {
    version: '2.4.2',
    integrity:
      'sha512-wQNd6Z6HDoH7OMeoQKpmxDm9XdWrRjMkBJ2yl5tsYND9Dz2UCv/BdGVM8vK2V0mhO1u+OniHYPWDGvjlNxjCeQ==',
  },
  '@runtypelabs/persona': {
    version: '4.17.0',
    integrity:
      'sha512-vHlOIJzPyr/8x/lx1KewKCRNV5mCpw08FkuRtPMHDgNwxetJTuZ+XiEKO+MjvcqRi7IaASA5i2GEsUPvQL821Q==',
  },
  '@vapi-ai/client-sdk-react': {
    version: '0.1.1',
    integrity:
      'sha512-drfHQcGW1Cr9EjgcrCa5Jv3qAN2AGQulY/MPw0yJt7yNHT/c/HSRUJsErs9W98kP5keWORqfptg7+aekabr11w==',
  },
  '@n8n/chat': {
    version: '1.37.0',
    integrity:
      'sha512-V1EQxDp/+rW6o/5OZgbwDfgPJXG8Jrn3TIdq7Z/26QTP90Uo3g2gv8CMnaQcphdTQVR+K06X34DOCRHXa8Tqnw==',
  },
  '@elevenlabs/convai-widget-embed': {
    version: '0.5.4',
    integrity:
      'sha512-oi22UV8PSJaBaa1XZrw/nRfsiOlzyci4444FAEqXuwF/qGGzQOsZljRP4IE9HKNo84yFch8BPZU/H8tNFRXkMw==',
  },
};

async function must(command, options) {
  const { code, output, stdout } = await run(command, options);
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')} failed:\n${output}`);
  return stdout;
}

/** @returns {Promise<string>} the folder of the unpacked package */
export async function rival_folder(name) {
  const { version, integrity } = packages[name];
  const rivals = join(cache_folder, 'rivals');
  const folder = join(rivals, `${name.replace('/', '+')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(rivals, { recursive: true });
  const scratch = mkdtempSync(join(rivals, 'unpacking-'));
  try {
    const packed = await must(['npm', 'pack', `${name}@${version}`, '--json', '--ignore-scripts'], {
      cwd: scratch,
    });
    const tarball = join(scratch, JSON.parse(packed)[0].filename);
    const hash = createHash('sha512').update(readFileSync(tarball)).digest('base64');
    if (`sha512-${hash}` !== integrity)
      throw new Error(`${name}@${version} is not the package that was pinned: sha512-${hash}`);
    await must(['tar', '-xzf', tarball, '-C', scratch]);
    // A package that is there is whole: it gets its name last.
    renameSync(join(scratch, 'package'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return folder;
}
