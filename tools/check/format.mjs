// Formatting of C++ (clang-format, its major pinned by setup) and of everything else (prettier).
//   npm run format             formats all files, or those named behind --
import { fileURLToPath } from 'node:url';
import { checkout, read_toolchain } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { clang_format_major } from '../setup/versions.mjs';
import { cpp_files, project_files } from './files.mjs';

const prettier = 'node_modules/prettier/bin/prettier.cjs';
const prettier_patterns = ['*.ts', '*.mjs', '*.js', '*.css', '*.json'];

const no_clang_format = {
  code: 1,
  output: `no clang-format ${clang_format_major} on PATH: its output differs between majors, so this one is needed`,
};

export async function clang_format(flags, files = cpp_files()) {
  const { clang_format: program } = read_toolchain();
  if (!program) return no_clang_format;
  if (files.length === 0) return { code: 0, output: '' };
  return run([program, ...flags, ...files], { cwd: checkout });
}

export async function run_prettier(flag, files = project_files(...prettier_patterns)) {
  if (files.length === 0) return { code: 0, output: '' };
  return run([process.execPath, prettier, '--log-level', 'warn', flag, ...files], { cwd: checkout });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2).filter((argument) => argument !== '--write');
  const is_cpp = (file) => /\.(cpp|h)$/.test(file);
  const results = named.length
    ? [
        await clang_format(['-i'], named.filter(is_cpp)),
        await run_prettier(
          '--write',
          named.filter((file) => !is_cpp(file)),
        ),
      ]
    : [await clang_format(['-i']), await run_prettier('--write')];
  for (const { output } of results) if (output) console.log(output.trim());
  if (results.some(({ code }) => code !== 0)) process.exitCode = 1;
}
