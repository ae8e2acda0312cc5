// What of other people's work is in a release's files: for the licence notices and the bill of materials.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout, read_toolchain } from '../lib/paths.mjs';
import { sources } from '../setup/versions.mjs';
import { pinned } from './toolchain.mjs';

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const llvm_exception = `Licensed under the Apache License, Version 2.0, which is printed above, with the LLVM exceptions: as an exception, if, as a result
of compiling source code, portions of this Software are embedded into an Object form of such source code, they may be redistributed in
such embedded form without complying with the conditions of Sections 4(a), 4(b) and 4(d) of the License.`;

const text_of_source = (source, file) =>
  readFileSync(join(read_toolchain().sources[source], file), 'utf8').trim();
const version_of_source = (name) => sources.find((source) => source.name === name).version;
const with_mit = (copyright) => `${copyright}\n\n${mit}`;

/** @returns {{name: string, version: string, licence: string, home: string, into: string, text: string}[]} */
export const components = () => [
  {
    name: 'libopus',
    version: version_of_source('opus'),
    licence: 'BSD-3-Clause',
    home: 'https://opus-codec.org',
    into: 'voice',
    text: text_of_source('opus', 'COPYING'),
  },
  {
    name: 'SpeexDSP',
    version: version_of_source('speexdsp'),
    licence: 'BSD-3-Clause',
    home: 'https://www.speex.org',
    into: 'voice',
    text: text_of_source('speexdsp', 'COPYING'),
  },
  {
    name: 'md4c',
    version: version_of_source('md4c'),
    licence: 'MIT',
    home: 'https://github.com/mity/md4c',
    into: 'markdown',
    text: text_of_source('md4c', 'LICENSE.md'),
  },
  {
    name: 'nlohmann_json',
    version: version_of_source('nlohmann-json3'),
    licence: 'MIT',
    home: 'https://json.nlohmann.me',
    into: 'core',
    text: with_mit('Copyright (c) 2013-2023 Niels Lohmann'),
  },
  {
    name: 'Emscripten runtime (embind, emmalloc)',
    version: pinned.emscripten,
    licence: 'MIT',
    home: 'https://emscripten.org',
    into: 'core, markdown, voice',
    text: with_mit('Copyright (c) 2010-2024 The Emscripten Authors'),
  },
  {
    name: 'musl libc (as Emscripten has it)',
    version: pinned.emscripten,
    licence: 'MIT',
    home: 'https://musl.libc.org',
    into: 'core, markdown, voice',
    text: with_mit('Copyright © 2005-2020 Rich Felker, et al.'),
  },
  {
    name: 'libc++, libc++abi and compiler-rt (as Emscripten has them)',
    version: pinned.emscripten,
    licence: 'Apache-2.0 WITH LLVM-exception',
    home: 'https://llvm.org',
    into: 'core, markdown, voice',
    text: llvm_exception,
  },
];

const line = '-'.repeat(80);

export function licences_text(version) {
  const own = readFileSync(join(checkout, 'LICENSE'), 'utf8').trim();
  return [
    `Shopbell ${version}: licences of what its files are made of`,
    ['Shopbell (Apache-2.0)', own].join('\n\n'),
    ...components().map(({ name, version: of, licence, home, into, text }) =>
      [`${name} ${of} (${licence}), ${home}, in: ${into}`, text].join('\n\n'),
    ),
  ]
    .join(`\n\n${line}\n\n`)
    .concat('\n');
}

/** CycloneDX 1.6, without times and serial numbers: two builds of one version have the same. */
export function bill_of_materials(version, files) {
  const component = ({ name, version: of, licence, home }) => ({
    type: 'library',
    'bom-ref': `${name}@${of}`,
    name,
    version: of,
    licenses: [licence.includes(' ') ? { expression: licence } : { license: { id: licence } }],
    externalReferences: [{ type: 'website', url: home }],
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `shopbell@${version}`,
        name: 'shopbell',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
      tools: {
        components: Object.entries(pinned).map(([name, of]) => ({ type: 'application', name, version: of })),
      },
    },
    components: [
      ...components().map(component),
      ...files.map(({ path, integrity }) => ({
        type: 'file',
        'bom-ref': path,
        name: path,
        hashes: [{ alg: 'SHA-384', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }],
      })),
    ],
    dependencies: [
      { ref: `shopbell@${version}`, dependsOn: components().map(({ name, version: of }) => `${name}@${of}`) },
    ],
  };
}
