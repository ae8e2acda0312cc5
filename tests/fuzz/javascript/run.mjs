// `node run.mjs TARGET --seconds N --findings FOLDER [KEPT FOLDER...]`: runs one target over mutated inputs, or `node run.mjs TARGET FILE`
// over that one. A target (TARGET.fuzz.mjs) has `seeds`, inputs that its tests know, and `one(bytes)`, which throws where a promise of the
// parser does not hold and else names the outcome. An input with an outcome that was not seen before is kept, in the first folder, and
// mutated further.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutator, random_of } from './mutator.mjs';

const one_input_ms_max = 1_000; // of computing: an input of 4 kB that takes longer is a weapon

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, findings: { type: 'string' }, seed: { type: 'string' } },
});
const [name, ...places] = positionals;
const target = await import(`./${name}.fuzz.mjs`);

async function run_one(bytes) {
  const before = process.cpuUsage();
  const outcome = String(await target.one(bytes));
  const { user, system } = process.cpuUsage(before);
  const took_ms = (user + system) / 1000;
  if (took_ms > one_input_ms_max) throw new Error(`one input took ${took_ms.toFixed(0)} ms`);
  return outcome;
}

const is_file = (place) => existsSync(place) && statSync(place).isFile();
if (places.length === 1 && is_file(places[0])) {
  console.log(await run_one(readFileSync(places[0])));
  process.exit(0);
}

const hash = (bytes) => createHash('sha1').update(bytes).digest('hex');
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
console.log(`seed ${seed}`);
const random = random_of(seed);
const mutate = mutator(random);
const known = places.flatMap((place) => readdirSync(place).map((file) => readFileSync(join(place, file))));
const inputs = [...target.seeds.map((one) => Buffer.from(one)), ...known];
const seen = new Set();
const until_ms = performance.now() + Number(values.seconds) * 1000;
let runs = 0;

async function try_input(bytes) {
  runs += 1;
  let outcome;
  try {
    outcome = await run_one(bytes);
  } catch (error) {
    const file = join(values.findings, hash(bytes));
    writeFileSync(file, bytes);
    console.log(
      `${error.stack ?? error}\ninput: ${JSON.stringify(bytes.toString('latin1').slice(0, 1_000))}`,
    );
    process.exit(1);
  }
  if (seen.has(outcome)) return;
  seen.add(outcome);
  if (inputs.includes(bytes)) return;
  inputs.push(bytes);
  writeFileSync(join(places[0], hash(bytes)), bytes);
}

for (const bytes of [...inputs]) await try_input(bytes);
while (performance.now() < until_ms) await try_input(mutate(inputs[random(inputs.length)], inputs));
console.log(`outcomes: ${seen.size}\nstat::number_of_executed_units: ${runs}`);
process.exit(0);
