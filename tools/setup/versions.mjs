// Every version that setup pins, once.
import { readFileSync } from 'node:fs';

/** As [major, minor]: `node --test-concurrency`, which the tests use, came with 20.10. */
export const node_min = [20, 10];

/** Debian 13's. Older ones have no -sEMBIND_AOT. */
export const emscripten_min = [3, 1, 69];

/** clang-format's output differs between majors, so one is pinned; it comes from where emscripten comes from. */
export const clang_format_major = 19;

/** LiveKit's server, from its Go module, and the oldest Go that builds it. The toolchain is fetched where the Go here is older. */
export const livekit_version = '1.13.5';
export const go_min = [1, 26];
export const go_toolchain = '1.26.8';

/** On a Debian older than 13 the compiler runs in a root of its own, made of these packages. */
export const compiler_root = {
  suite: 'trixie',
  packages: ['emscripten', `clang-format-${clang_format_major}`],
};

/**
 * Upstream sources as Debian 13's pool keeps them. The upstream tarball (.orig.tar) is pinned, because packaging tarballs vanish
 * from the pool with every revision.
 */
export const sources = [
  {
    name: 'md4c',
    version: '0.5.2',
    pool: 'm/md4c/md4c_0.5.2.orig.tar.gz',
    sha256: '55d0111d48fb11883aaee91465e642b8b640775a4d6993c2d0e7a8092758ef21',
  },
  {
    name: 'nlohmann-json3',
    version: '3.11.3',
    pool: 'n/nlohmann-json3/nlohmann-json3_3.11.3.orig.tar.gz',
    sha256: '0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406',
    only: 'include',
  },
  {
    name: 'googletest',
    version: '1.16.0',
    pool: 'g/googletest/googletest_1.16.0.orig.tar.gz',
    sha256: '2f54382b5d13d6cd0be2afc524f1e510d37f8ba78c2d439c5bea64ef37e30d01',
  },
  {
    name: 'opus',
    version: '1.5.2',
    pool: 'o/opus/opus_1.5.2.orig.tar.gz',
    sha256: '65c1d2f78b9f2fb20082c38cbe47c951ad5839345876e46941612ee87f9a7ce1',
  },
  {
    name: 'speexdsp',
    version: '1.2.1',
    pool: 's/speexdsp/speexdsp_1.2.1.orig.tar.gz',
    sha256: '8c777343e4a6399569c72abc38a95b24db56882c83dbdb6c6424a5f4aeb54d3d',
  },
];

/**
 * Debian packages by the part that needs them (wishes.mjs), each with the command or file that proves it is there: what a person installed
 * another way counts too.
 */
export const packages = {
  compiler: [
    { name: 'g++', proof: 'g++' },
    { name: 'make', proof: 'make' },
    { name: 'python3', proof: 'python3' },
    { name: 'cmake', proof: 'cmake' },
    { name: 'ninja-build', proof: 'ninja' },
    { name: 'ccache', proof: 'ccache' },
    { name: 'git', proof: 'git' },
    { name: 'ca-certificates', proof: '/etc/ssl/certs/ca-certificates.crt' },
  ],
  speech: [
    { name: 'espeak-ng', proof: 'espeak-ng' },
    { name: 'pocketsphinx', proof: 'pocketsphinx_continuous' },
    { name: 'pocketsphinx-en-us', proof: '/usr/share/pocketsphinx/model/en-us/en-us.lm.bin' },
  ],
  chromium: [
    { name: 'chromium', proof: 'chromium' },
    { name: 'fonts-liberation', proof: '/usr/share/fonts/truetype/liberation' },
    { name: 'fonts-noto-color-emoji', proof: '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf' },
  ],
  /** The other two, and sound without a device. */
  browsers: [
    { name: 'firefox-esr', proof: 'firefox-esr' },
    { name: 'webkit2gtk-driver', proof: 'WebKitWebDriver' },
    { name: 'xvfb', proof: 'Xvfb' },
    { name: 'pulseaudio', proof: 'pulseaudio' },
    { name: 'pulseaudio-utils', proof: 'pactl' },
  ],
  /** Another compiler, with the runtime of libFuzzer and the sanitizers, whose package is no more than this folder. */
  fuzz: [
    { name: 'clang', proof: 'clang++' },
    { name: 'libclang-rt-dev', proof: '/usr/share/doc/libclang-rt-dev' },
  ],
  proxy: [{ name: 'haproxy', proof: '/usr/sbin/haproxy' }],
  servers: [
    { name: 'opus-tools', proof: 'opusdec' },
    { name: 'prometheus', proof: 'promtool' },
    { name: 'nginx-light', proof: 'nginx' },
  ],
  /** What the agents that tests talk to run in; their own packages are in agents_requirements.txt. python3-venv brings no command. */
  agents: [
    { name: 'python3', proof: '/usr/bin/python3' },
    { name: 'python3-venv', proof: '/usr/share/doc/python3-venv' },
  ],
};

/** Only where the compiler needs a root of its own. */
export const packages_for_root = [
  { name: 'debootstrap', proof: 'debootstrap' },
  { name: 'bubblewrap', proof: 'bwrap' },
];

/** Debian 13 and newer have them in apt. */
export const packages_from_debian_13 = [
  { name: 'emscripten', proof: 'emcc' },
  { name: `clang-format-${clang_format_major}`, proof: `clang-format-${clang_format_major}` },
];

/** The Debian release of this machine as a number, or null elsewhere (or where apt-get is missing). */
export function debian_release() {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    if (!/^ID="?debian"?$/m.test(text)) return null;
    const number = /^VERSION_ID="?(\d+)/m.exec(text);
    return number ? Number(number[1]) : Infinity; // testing and unstable name no number
  } catch {
    return null;
  }
}
