// A new configuration of a proxy on a shop that is open: backup, check, reload that ends nothing, the doctor's word, and the way back.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../lib/run.mjs';
import { Refusal } from '../../release/refusal.mjs';
import { back_up, backups_of, forget_note, note, put, unjudged } from './backups.mjs';
import { ask_doctor, new_faults } from './judge.mjs';
import { until_new_worker, workers_of } from './workers.mjs';

const command_ms = 30_000;
/** Where no process file says when a reload is done. */
const settle_ms = 3_000;

/**
 * @typedef {object} Site
 * @property {string} file      the configuration that is in use
 * @property {object} proxy     of proxies.mjs, with what the caller has changed
 * @property {string} url       what the doctor looks at
 * @property {string[]} doctor_args
 * @property {(line: string) => void} say
 */

async function is_right(site, file) {
  const { code, output } = await run(site.proxy.check(file), { timeout_ms: command_ms });
  return { right: code === 0, words: output.trim().split('\n').slice(-8).join('\n') };
}

/** @returns {Promise<string | undefined>} why it was not taken */
async function reload({ proxy, say }) {
  const before = proxy.pid_file && workers_of(proxy.pid_file);
  const { code, output } = await run(['/bin/sh', '-c', proxy.reload], { timeout_ms: command_ms });
  if (code !== 0) return `"${proxy.reload}" ended with ${code}: ${output.trim().slice(-300)}`;
  if (!before) {
    if (proxy.pid_file)
      say(`  ${proxy.pid_file} names no process: waiting ${settle_ms / 1_000} s instead (--pid-file)`);
    await sleep(settle_ms);
    return undefined;
  }
  if (await until_new_worker(proxy.pid_file, before)) return undefined;
  return 'no new process serves after the reload: the proxy refused the configuration and goes on with the old one (its log says why)';
}

/** Puts a backup back. @returns {Promise<number>} seconds */
async function restore(site, backup) {
  const begun_ms = performance.now();
  put(site.file, readFileSync(backup));
  const why = await reload(site);
  if (why)
    throw new Refusal(
      `${site.file} is as it was, and ${why}.`,
      `Reload or restart the proxy by hand; the backup is ${backup}.`,
    );
  forget_note(site.file);
  return (performance.now() - begun_ms) / 1_000;
}

/** Whoever was killed between the new configuration and its verdict left it unjudged. */
export async function recover(site) {
  const backup = unjudged(site.file);
  if (!backup) return forget_note(site.file);
  site.say(`an earlier run was ended before its verdict: back to ${backup}`);
  const seconds = await restore(site, backup);
  site.say(`restored in ${seconds.toFixed(1)} s`);
}

/** @returns {Promise<{applied: boolean, faults: string[], back_s?: number}>} throws a Refusal where nothing was changed */
export async function apply(site, next) {
  const { file, proxy, say } = site;
  if (!existsSync(next)) throw new Refusal(`There is no ${next}.`, 'Give the new configuration’s file.');
  if (!existsSync(file))
    throw new Refusal(`There is no ${file}.`, 'Give the file that the proxy reads now: --to FILE.');
  const bytes = readFileSync(next);
  const backup = back_up(file);
  say(`backup: ${backup}`);
  if (proxy.before) {
    const { right, words } = await is_right(site, next);
    if (!right)
      throw new Refusal(
        `${next} is not right, and nothing was changed.\n${words}`,
        'Correct it and run this again.',
      );
    say('syntax: right');
  }
  const before = await ask_doctor(site.url, site.doctor_args);
  say(
    `doctor before: ${before.faults.size === 0 ? 'well' : `${before.faults.size} faults that are not this change's`}`,
  );

  note(file, backup);
  const go_back = async (faults) => {
    for (const fault of faults) say(`  ${fault}`);
    const back_s = await restore(site, backup);
    say(`restored ${file} in ${back_s.toFixed(1)} s`);
    return { applied: false, faults, back_s };
  };
  put(file, bytes);
  if (!proxy.before) {
    const { right, words } = await is_right(site, file);
    if (!right) {
      // Nothing was reloaded, so nothing has to be.
      copyFileSync(backup, file);
      forget_note(file);
      throw new Refusal(
        `${next} is not right, and nothing was changed.\n${words}`,
        'Correct it and run this again.',
      );
    }
    say('syntax: right');
  }
  const refused = await reload(site);
  if (refused) return go_back([refused]);
  say('reloaded: a new process serves; calls go on in the old one');
  const faults = new_faults(before, await ask_doctor(site.url, site.doctor_args));
  if (faults.length > 0) return go_back(faults);
  forget_note(file);
  say('doctor after: well, or no worse than before');
  return { applied: true, faults };
}

/** To the newest backup that differs from what is there. */
export async function roll_back(site) {
  const now = readFileSync(site.file);
  const backup = backups_of(site.file).find((one) => !readFileSync(one).equals(now));
  if (!backup)
    throw new Refusal(`There is no other backup of ${site.file}.`, 'Each run of this command makes one.');
  const seconds = await restore(site, backup);
  site.say(`${site.file} is ${backup} again, after ${seconds.toFixed(1)} s`);
  const { faults } = await ask_doctor(site.url, site.doctor_args);
  for (const words of faults.values()) site.say(`  ${words}`);
  return faults.size === 0;
}
