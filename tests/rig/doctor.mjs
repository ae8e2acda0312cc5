// The doctor as an operator runs it, and what it found.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../tools/doctor/main.mjs', import.meta.url));
const limit_ms = 120_000;

/**
 * @param {string[]} args
 * @param {{trust?: string}} [options]  a file with the certificate of an authority
 * @returns {Promise<{exit: number, results: object[], ids: string[], told: (id: string) => string, result: (name: string) => string, output: string}>}
 */
export async function consult(args, { trust } = {}) {
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trust },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const limit = setTimeout(() => child.kill('SIGKILL'), limit_ms);
  const exit = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  clearTimeout(limit);
  let results;
  try {
    ({ results } = JSON.parse(stdout));
  } catch {
    throw new Error(`the doctor ended with ${exit} and said no JSON: ${stdout}${stderr}`);
  }
  const findings = results.flatMap((result) => result.findings);
  return {
    ...{ exit, results, output: stdout },
    ids: findings.map(({ id }) => id),
    told: (id) =>
      findings
        .filter((finding) => finding.id === id)
        .map(({ text, todo }) => `${text} ${todo}`)
        .join('\n'),
    result: (name) => results.find((one) => one.name === name).result,
  };
}
