// How long a shopper's page takes to be back after each kind of fault, and whether anything was lost, doubled or reordered on the way.
//
//   people (node, Chromium) -> TCP proxy (freeze, reset, half-open) -> real HAProxy -> real gateway
//
// What was said is compared with what the gateway stored, read from outside. Zombies are connections that somebody holds open at the
// gateway although nobody is there for them: counted in the kernel's table, once everybody is back and once more when all have gone.
//
// Other clients go through the same faults beside it, each with its own server (reconnect/rivals).
//
// SHOPBELL_SHORT=1: fewer people and rounds, about a minute.
import { setTimeout as sleep } from 'node:timers/promises';
import { open_browser, open_gateway, open_shop, require_parts } from '../../tests/rig/stage.mjs';
import { read_turns } from '../../tests/rig/store.mjs';
import { start_tcp_proxy } from '../../tests/rig/network/tcp_proxy.mjs';
import { with_stage } from '../../tests/rig/with_stage.mjs';
import { measure_calls } from './reconnect/calls.mjs';
import { haproxy_missing, start_haproxy } from './reconnect/haproxy.mjs';
import { chromium_person, node_person } from './reconnect/people.mjs';
import { open_at } from '../../tests/rig/network/ports.mjs';
import { measure_rivals } from './reconnect/rivals/measure.mjs';
import { play_round } from './reconnect/rounds.mjs';
import { quantile } from '../lib/samples.mjs';

export const description =
  'time back after a blip, a reset, a kill, a proxy restart; lost, doubled, reordered, zombies';

const long_form = {
  node: 16,
  chromium: 4,
  rounds: { blip: 14, reset: 14, kill: 10, proxy: 8, wake: 2, half_open: 2 },
  calls: { blips: 5, pages: 20 },
  rivals: { people: 8, rounds: { blip: 5, reset: 5, kill: 5, proxy: 5 }, pause_ms: 2_000 },
};
const short_form = {
  node: 6,
  chromium: 1,
  rounds: { blip: 1, reset: 1, kill: 1, proxy: 1 },
  calls: { blips: 1, pages: 2 },
  rivals: { people: 4, rounds: { blip: 1, reset: 1, kill: 1, proxy: 1 }, pause_ms: 2_000 },
};

// A connection that has lived for so long was good (wasm/core/vocabulary/limits.h), and a round is about good ones.
const good_after_ms = 10_500;
// A gateway needs this long to see the last of a connection that was closed.
const gone_after_ms = 3_000;

/** What became of each person's words in the store. */
export function tally(said_by_person, turns) {
  const places = new Map();
  turns.forEach(({ message }, place) => places.set(message, [...(places.get(message) ?? []), place]));
  const result = { lost: 0, doubled: 0, reordered: 0 };
  for (const said of said_by_person) {
    let last = -1;
    for (const text of said) {
      const [first = -1, ...more] = places.get(text) ?? [];
      if (first < 0) result.lost += 1;
      else if (first < last) result.reordered += 1;
      result.doubled += more.length;
      last = Math.max(last, first);
    }
  }
  return result;
}

/** Where the gateway began anew, a page has the last rows of its history again, and these hold the shop's answers too. */
const own_rows_min = 25;

/** Whether a person's own rows are the last of what they said, in that order. */
export const shows = (rows, said) =>
  rows.length >= Math.min(said.length, own_rows_min) &&
  JSON.stringify(rows) === JSON.stringify(said.slice(-rows.length));

/** The rounds in turn, so that no kind has the machine's good minutes for itself. */
function* in_turn(rounds) {
  for (let i = 0; Object.values(rounds).some((count) => count > i); i += 1)
    for (const [kind, count] of Object.entries(rounds)) if (count > i) yield kind;
}

export async function measure({ node, chromium, rounds }, progress) {
  return with_stage(async (stage) => {
    const skip = (why) => {
      throw new Error(why);
    };
    if (haproxy_missing()) skip(haproxy_missing());
    await require_parts({ ...stage, skip });
    // It answers at its own pace: twenty answers poured out in one moment would be what is measured.
    const gateway = await open_gateway(stage, {
      recordRequests: false,
      socketsPerMinute: 100_000,
    });
    const haproxy = await start_haproxy(gateway.port);
    stage.defer(haproxy.close);
    const network = await start_tcp_proxy(haproxy.port);
    stage.defer(network.close);
    // Files come from elsewhere: a browser keeps such connections open, and they are nobody's session.
    const files = await open_gateway(stage, { recordRequests: false });
    const shop = await open_shop(stage, { gateway: files, proxy: network, tag: { backend: 'shopbell' } });
    const browser = chromium ? await open_browser(stage) : undefined;
    const people = [];
    for (let i = 0; i < node; i += 1) people.push(await node_person(network.url));
    for (let i = 0; i < chromium; i += 1) people.push(await chromium_person(browser, shop));
    stage.defer(() => Promise.all(people.map((person) => person.close())));
    for (const person of people) person.said = [];
    progress(`${node} people in node, ${chromium} in Chromium`);

    const attempts = [];
    let zombies = 0;
    let number = 0;
    for (const kind of in_turn(rounds)) {
      await sleep(good_after_ms);
      zombies = Math.max(zombies, open_at(gateway.port) - people.length);
      const results = await play_round(kind, (number += 1), { network, gateway, haproxy, people });
      attempts.push(...results);
      const times_ms = results.map(({ ms }) => ms ?? Infinity);
      progress(
        `round ${number}, ${kind}: half after ${quantile(times_ms, 0.5)} ms, the last after ${Math.max(...times_ms)} ms`,
      );
    }
    await sleep(gone_after_ms);
    const result = tally(
      people.map(({ said }) => said),
      await read_turns(gateway.data_dir),
    );
    for (const person of people) if (!shows(await person.own_rows(), person.said)) result.reordered += 1;
    for (const person of people.splice(0)) await person.close();
    await sleep(gone_after_ms);
    zombies = Math.max(zombies, open_at(gateway.port));

    const back = attempts.filter(({ ms }) => ms !== null);
    const p99_of = (kind) => {
      const times_ms = back.filter((attempt) => attempt.kind === kind).map(({ ms }) => ms);
      return times_ms.length ? quantile(times_ms, 0.99) : undefined;
    };
    return {
      attempts: attempts.length,
      attempts_chromium: attempts.filter(({ person }) => person === 'chromium').length,
      resumed: back.length,
      ...result,
      zombies,
      blip_text_ms_p99: p99_of('blip'),
      reset_ms_p99: p99_of('reset'),
      kill_ms_p99: p99_of('kill'),
      proxy_ms_p99: p99_of('proxy'),
      wake_ms_p99: p99_of('wake'),
      half_open_ms_p99: p99_of('half_open'),
    };
  });
}

export async function run({ progress }) {
  const plan = process.env.SHOPBELL_SHORT ? short_form : long_form;
  const shopbell = await measure(plan, progress);
  const { blips_ms, pages_ms } = await with_stage((stage) => measure_calls(stage, plan.calls, progress));
  return {
    shopbell: {
      ...shopbell,
      blip_audio_ms_p99: quantile(blips_ms, 0.99),
      page_change_ms_p95: quantile(pages_ms, 0.95),
    },
    ...(await measure_rivals(plan.rivals, progress)),
  };
}
