// Lines and bytes of C++ and TypeScript side by side: the brain is to stay in C++.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../lib/paths.mjs';
import { project_files } from './files.mjs';

const rows = [
  ['what a page runs', ['wasm/*.cpp', 'wasm/*.h', 'wasm/*.def'], ['shim/*.ts', 'web/*.ts']],
  ['generated', [], ['shim/generated/*.ts']],
  ['tests and tools', ['tests/*.cpp', 'tests/*.h', 'tools/*.cpp', 'tools/*.h'], ['tests/*.ts', 'tools/*.ts']],
];

function size_of(patterns, is_generated_row) {
  const files = patterns.length
    ? project_files(...patterns).filter((file) => is_generated_row || !file.includes('/generated/'))
    : [];
  const texts = files.map((file) => readFileSync(join(checkout, file), 'utf8'));
  const sum = (measure) => texts.reduce((total, text) => total + measure(text), 0);
  return {
    files: files.length,
    lines: sum((text) => text.split('\n').length - 1),
    bytes: sum((text) => Buffer.byteLength(text)),
  };
}

export function language_table() {
  const cell = (value) => String(value).padStart(9);
  const cells = ({ files, lines, bytes }) => cell(files) + cell(lines) + cell(bytes);
  const heads = cell('files') + cell('lines') + cell('bytes');
  return [
    `${''.padEnd(18)}${'C++'.padStart(27)}${'TypeScript'.padStart(27)}`,
    `${''.padEnd(18)}${heads}${heads}`,
    ...rows.map(
      ([name, cpp, typescript]) =>
        name.padEnd(18) + cells(size_of(cpp)) + cells(size_of(typescript, name === 'generated')),
    ),
  ].join('\n');
}
