// `npm run check`: format, lint, names, types, drift of generated files, bans, faults that still apply, size budgets, and lines of C++ and
// TypeScript. All checks run even when one fails; each says ok, or failed and why. With --built, in continuous integration, everything is
// built already and the checkout is the commit's.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build_or_exit, generated_files, print_generated } from '../build.mjs';
import { checkout } from '../lib/paths.mjs';
import { exit_on_signals, run } from '../lib/run.mjs';
import { cpp_files } from './files.mjs';
import { clang_format, run_prettier } from './format.mjs';
import { check_includes } from './includes.mjs';
import { language_table } from './languages.mjs';
import { load_bugs_to_exhaust, load_faults } from '../../tests/faults/patches.mjs';
import { check_patches } from './patches.mjs';
import { check_shim_names } from './shim_names.mjs';
import { check_sizes } from './sizes.mjs';

const node_tool = (...command) => run([process.execPath, ...command], { cwd: checkout });
const of_program = ({ code, output }) => ({ problems: code === 0 ? [] : [output.trim()] });

/** nlohmann throws or aborts on what it did not expect, so only wire::Reader and wire::Writer touch it. */
function check_nlohmann() {
  const users = cpp_files().filter(
    (file) =>
      !file.startsWith('wasm/core/wire/') &&
      /^\s*#\s*include\s*[<"]nlohmann/m.test(readFileSync(join(checkout, file), 'utf8')),
  );
  return { problems: users.map((file) => `${file}: includes nlohmann; only wasm/core/wire may`) };
}

async function check_drift() {
  const drifted = (await print_generated()).filter(({ file, printed }) => committed.get(file) !== printed);
  return {
    problems: drifted.map(
      ({ file }) =>
        `${file.slice(checkout.length + 1)} is not what the C++ tables print: run \`npm run build\` and commit it`,
    ),
  };
}

const built = process.argv.includes('--built');
const in_commit = (file) =>
  spawnSync('git', ['show', `HEAD:${relative(checkout, file)}`], { cwd: checkout, encoding: 'utf8' }).stdout;
const in_folder = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
// Read before the build writes them anew; it may have done so.
const committed = new Map(
  generated_files.map(({ file }) => [file, built ? in_commit(file) : in_folder(file)]),
);

const checks = [
  {
    name: 'format of C++',
    run: async () => of_program(await clang_format(['--dry-run', '-Werror'])),
    remedy: 'npm run format',
  },
  {
    name: 'format of TypeScript',
    run: async () => of_program(await run_prettier('--check')),
    remedy: 'npm run format',
  },
  {
    name: 'lint',
    run: async () =>
      of_program(await node_tool('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.')),
  },
  { name: 'names in the shim', run: async () => ({ problems: check_shim_names() }) },
  {
    name: 'types',
    run: async () => of_program(await node_tool('node_modules/typescript/bin/tsc', '--noEmit')),
  },
  { name: 'generated files', run: check_drift },
  { name: 'nlohmann in one place', run: async () => check_nlohmann() },
  { name: 'rooms', run: async () => ({ problems: check_includes() }) },
  {
    name: 'faults apply',
    run: async () => ({ problems: check_patches([...load_faults(), ...load_bugs_to_exhaust()]) }),
  },
  { name: 'sizes', run: async () => check_sizes() },
];

exit_on_signals();
if (!built) await build_or_exit();
let failed = 0;
for (const { name, run: run_check, remedy } of checks) {
  let result;
  try {
    result = await run_check();
  } catch (error) {
    result = { problems: [String(error.stack ?? error)] };
  }
  const { problems, table } = result;
  console.log(`check: ${name}: ${problems.length === 0 ? 'ok' : 'FAILED'}`);
  if (table) console.log(`\n${table}\n`);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) {
    failed += 1;
    if (remedy) console.log(`to mend it: ${remedy}`);
  }
}
console.log(
  `\n${language_table()}\n\n${failed === 0 ? 'All checks passed.' : `${failed} of ${checks.length} checks failed.`}`,
);
if (failed > 0) process.exitCode = 1;
