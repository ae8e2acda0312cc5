// What is served is somebody's: how it is fetched, and what of it is taken for ours.
import { Refusal } from './refusal.mjs';
import { is_version } from './version.mjs';

const timeout_ms = 30_000;

/** Never throws: without an answer its status is 0. */
export async function get(url, encoding = 'br, gzip') {
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': encoding },
      signal: AbortSignal.timeout(timeout_ms),
      cache: 'no-store',
    });
    return {
      status: response.status,
      headers: response.headers,
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  } catch (error) {
    return {
      status: 0,
      headers: new Headers(),
      bytes: Buffer.alloc(0),
      error: error.cause?.message ?? error.message,
    };
  }
}

/** What became of a request. */
export const told = ({ status, error }) => (status === 0 ? `no answer (${error})` : `answered ${status}`);

export async function must_get(url, remedy) {
  const answer = await get(url);
  if (answer.status !== 200) throw new Refusal(`${url} ${told(answer)}.`, remedy);
  return answer;
}

const is_object = (value) => typeof value === 'object' && value !== null;
// Only what a release writes is shown and followed. Its files lie below the version's folder, and no address leads out of it.
const file_path = /^(?!.*(?:^|\/)\.)[\w.@-]+(?:\/[\w.@-]+)*$/;
const integrity_form = /^sha384-[\w+/]{64}$/;
const files_max = 1_000;
const is_text = (value, form) => typeof value === 'string' && form.test(value);
export const is_channel = (value) =>
  is_object(value) &&
  (!value.on || is_version(value.version)) &&
  (value.previous == null || is_version(value.previous)) &&
  (value.manifest == null || is_text(value.manifest, integrity_form)) &&
  (value.canary == null || is_canary(value.canary));
const is_canary = (value) =>
  is_object(value) &&
  is_version(value.version) &&
  Number.isInteger(value.share) &&
  is_text(value.manifest, integrity_form);
export const is_manifest = (value) =>
  is_object(value) &&
  is_version(value.version) &&
  Array.isArray(value.files) &&
  value.files.length <= files_max &&
  value.files.every((file) => is_text(file?.path, file_path) && is_text(file.integrity, integrity_form));

export function parsed(bytes, what, is_one) {
  let value;
  try {
    value = JSON.parse(bytes);
  } catch {
    throw new Refusal(`${what} is no JSON.`, 'Promote the version again.');
  }
  if (!is_one(value)) throw new Refusal(`${what} is not one of Shopbell's.`, 'Promote the version again.');
  return value;
}
