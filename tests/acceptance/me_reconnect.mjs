// ME-4, ME-6, ME-M and PN-7 on the back end `shopbell`: people whose network, server and proxies fail, and what the server says of
// them. People are pages in node: the real core and the shim's own sockets, against the real gateway through a TCP proxy.
//
// SHOPBELL_LONG=1: ME-M makes its 1,000 reconnects instead of 60.
import { get } from 'node:http';
import WebSocket from 'ws';
import { quantile } from '../../tools/lib/samples.mjs';
import { play_alerts, promtool_missing } from './alerts.mjs';
import { open_node_page } from '../rig/pages/node_page.mjs';
import { gateway_missing } from '../rig/gateway.mjs';
import { open_at } from '../rig/network/ports.mjs';
import { open_gateway } from '../rig/stage.mjs';
import { read_turns } from '../rig/store.mjs';
import { start_tcp_proxy } from '../rig/network/tcp_proxy.mjs';
import { sleep, until } from '../rig/widget.mjs';

const many_sockets = { streamPaceMs: 0, socketsPerMinute: 100_000, logLevel: 'info', recordRequests: false };

async function open_people(t, count, options = {}) {
  const missing = gateway_missing();
  if (missing) t.skip(missing);
  const gateway = await open_gateway(t, { ...many_sockets, ...options });
  const network = await start_tcp_proxy(gateway.port);
  t.defer(network.close);
  const people = [];
  t.defer(() => people.forEach((page) => page.close()));
  for (let i = 0; i < count; i += 1) people.push(await open_node_page({ api_url: network.url }));
  await until('everybody is let in', () => people.every((page) => page.welcomes.length === 1));
  return { gateway, network, people };
}

/** On a connection of its own that ends with the answer, so that it is not counted among the people's. */
const read = (gateway, path) =>
  new Promise((resolve, reject) => {
    const asked = get({ port: gateway.port, path, agent: false }, async (response) => {
      let text = '';
      for await (const piece of response.setEncoding('utf8')) text += piece;
      resolve(text);
    });
    asked.once('error', reject);
  });
const status_of = async (gateway) => JSON.parse(await read(gateway, '/status'));

/** @returns {Promise<Map<string, number>>} every sample of /metrics by its name with labels */
async function metrics_of(gateway) {
  const text = await read(gateway, '/metrics');
  return new Map(
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const log_lines = (gateway) =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

const sent = (page, text) => page.rows_by('self').some((row) => row.text === text && row.state === 'sent');

/** Each of `texts[i]` was stored once, in order, for each person. */
async function assert_once(t, gateway, texts, where) {
  const stored = (await read_turns(gateway.data_dir)).map(({ message }) => message);
  for (const said of texts) {
    const places = said.map((text) => stored.indexOf(text));
    t.assert.ok(!places.includes(-1), `${where}: lost: ${said[places.indexOf(-1)]}`);
    t.assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
      `${where}: order`,
    );
    for (const text of said)
      t.assert.equal(stored.filter((one) => one === text).length, 1, `${where}: "${text}" is stored once`);
  }
}

/** What the kernel, /status and /metrics say of who is here. */
async function assert_truth(t, gateway, count, where) {
  let seen;
  const agrees = async () => {
    const { sockets, zombies } = await status_of(gateway);
    const metrics = await metrics_of(gateway);
    seen = {
      open: open_at(gateway.port),
      status: sockets.text,
      metrics: metrics.get('shopbell_sockets{kind="text"}'),
      zombies,
      zombies_in_metrics: metrics.get('shopbell_zombies'),
    };
    return (
      seen.open === count &&
      seen.status === count &&
      seen.metrics === count &&
      zombies + seen.zombies_in_metrics === 0
    );
  };
  // A connection that was closed takes its last packets to be gone.
  await until(`${where}: ${count} live sessions for ${count} people`, agrees, {
    timeout_ms: 8_000,
    seen: () => seen,
  });
}

async function status_tells_the_truth(t) {
  const { gateway, network, people } = await open_people(t, 5, { heartbeatMs: 1_000 });
  await assert_truth(t, gateway, 5, 'at first');

  const back = (times) =>
    until('everybody is back', () => people.every((page) => page.is_open && page.welcomes.length >= times), {
      timeout_ms: 15_000,
    });

  network.reset();
  await back(2);
  await assert_truth(t, gateway, 5, 'after a reset');

  // Silently: the server knows nothing of it, and each new join replaces what it still believes in.
  network.half_open();
  for (const page of people) page.visible(true);
  await back(3);
  await assert_truth(t, gateway, 5, 'after connections that were dropped silently');

  await gateway.kill();
  await gateway.restart();
  await back(4);
  await assert_truth(t, gateway, 5, 'after a kill');

  // Killed, with nobody to say goodbye: nothing is left of them after 2.5 heartbeats.
  network.half_open();
  for (const page of people.splice(0, 3)) page.kill();
  for (const page of people) page.visible(true);
  await until('the others are back', () => people.every((page) => page.is_open));
  await assert_truth(t, gateway, 2, 'after three have gone without a word');
}

async function replacement_is_logged(t) {
  if (promtool_missing()) t.skip(promtool_missing());
  const { gateway, network, people } = await open_people(t, 1, { dailyTokensMax: 2_000_000 });
  const [page] = people;
  page.say('who am I');
  await until('the message is sent', () => sent(page, 'who am I'));
  network.half_open();
  page.visible(true);
  await until('the page is back', () => page.welcomes.length === 2);
  const replacements = () =>
    log_lines(gateway).filter(({ msg }) => msg === 'Replacing existing bridge session');
  // The welcome travels by socket and the line by a pipe, in either order.
  await until('the replacement is logged', () => replacements().length > 0, { seen: gateway.output });
  const [replaced, ...more] = replacements();
  t.assert.deepEqual(more, [], 'one line for one replacement');
  t.assert.equal(replaced.reason, 'new_join_request');
  t.assert.match(replaced.user, /^\w{4,}$/, 'the user, as the other lines name them');
  t.assert.ok(!gateway.output().includes(page.session), 'and not by the name that opens the session');
  t.assert.ok(log_lines(gateway).some(({ msg, user }) => msg === 'session joined' && user === replaced.user));
  t.assert.doesNotMatch(gateway.output(), /session already exists/i);
  const metrics = await metrics_of(gateway);
  t.assert.equal(metrics.get('shopbell_socket_joins_total{how="replaced"}'), 1);
  t.assert.equal(metrics.get('shopbell_socket_joins_total{how="resumed"}'), 1);
  t.assert.equal(metrics.get('shopbell_sockets_closed_total{code="4409"}'), 1);
  t.assert.equal(metrics.get('shopbell_zombies'), 0);

  // A message that no widget would send.
  const stranger = new WebSocket(`ws://127.0.0.1:${gateway.port}/shopbell/v1/text`, {
    origin: 'http://localhost',
  });
  t.defer(() => stranger.terminate());
  stranger.on('open', () => {
    stranger.send(JSON.stringify({ t: 'hello', v: 1, oldest: 1, client: 'test', key: 'demo' }));
    stranger.on('message', () => {});
    stranger.send(JSON.stringify({ t: 'say', id: 'a-message-too-long', text: 'x'.repeat(1_001) }));
  });
  await until(
    'the refusal is counted',
    async () => (await metrics_of(gateway)).get('shopbell_socket_messages_refused_total') === 1,
  );

  const { status } = await fetch(`http://127.0.0.1:${gateway.port}/api/chatkit/agent`, { method: 'POST' });
  t.assert.equal(status, 401, 'a request without a key');

  const names = new Set([...(await metrics_of(gateway)).keys()].map((name) => name.split('{')[0]));
  const rules = play_alerts();
  t.assert.equal(rules.length, 6);
  for (const { alert, expr } of rules)
    for (const name of expr.match(/shopbell_\w+/g))
      t.assert.ok(names.has(name), `${alert} asks for ${name}, which the gateway does not tell`);
}

async function forced_reconnects(t) {
  const rounds = process.env.SHOPBELL_LONG === '1' ? 50 : 3;
  const { gateway, network, people } = await open_people(t, 20);
  const times_ms = [];
  let tried = 0;
  const texts = people.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    people.forEach((page, i) => {
      const text = `round ${round} of ${i}`;
      texts[i].push(text);
      page.say(text);
    });
    const from_ms = performance.now();
    network.reset();
    tried += people.length;
    const is_back = (page) => page.is_open && page.welcomes.length > round;
    await until('everybody is back', () => people.every(is_back), {
      timeout_ms: 20_000,
      seen: () => people.map((p) => p.welcomes.length),
    });
    for (const page of people) times_ms.push(page.welcomes[round].at_ms - from_ms);
    await until('every message is sent', () => people.every((page, i) => sent(page, texts[i].at(-1))), {
      timeout_ms: 20_000,
    });
    // The widget says at most 20 messages a minute.
    if (rounds > 20) await sleep(3_000);
  }
  const seen = {
    reconnects: tried,
    success: times_ms.length / tried,
    resume_ms_p99: Math.round(quantile(times_ms, 0.99)),
    session_exists: gateway.output().match(/session already exists/gi)?.length ?? 0,
    zombies: open_at(gateway.port) - people.length,
  };
  t.log(JSON.stringify(seen));
  t.assert.equal(seen.session_exists, 0);
  t.assert.ok(seen.success > 0.99, 'success');
  t.assert.ok(seen.resume_ms_p99 < 3_000, `resume: p99 ${seen.resume_ms_p99} ms`);
  t.assert.equal(seen.zombies, 0, 'zombies');
  for (const page of people)
    t.assert.ok(
      page.welcomes.slice(1).every(({ resumed }) => resumed),
      'resumed in place',
    );
  await assert_once(t, gateway, texts, 'over reconnects');
}

async function nobody_is_kept_out(t) {
  const { gateway, network, people } = await open_people(t, 40);
  const all_back = (what) =>
    until(what, () => people.every((page) => page.is_open), {
      // The longest pause between two tries is 30 s, and whoever tried in vain often may be in one.
      timeout_ms: 40_000,
      seen: () => people.map((page) => [page.attempts, page.is_open]),
    });
  // A herd: everybody is thrown out at once, into a network that refuses for a while.
  network.refuse(true);
  network.reset();
  await sleep(1_000);
  network.refuse(false);
  await all_back('everybody is back from the herd');
  // An outage in which everybody has something to say, and tries in vain several times.
  const before = people.map((page) => page.attempts);
  await gateway.kill();
  people.forEach((page, i) => page.say(`during the outage ${i}`));
  await sleep(2_500);
  const in_vain = people.map((page, i) => page.attempts - before[i]);
  t.assert.ok(in_vain.filter((tries) => tries > 0).length > 30, `tries in vain: ${in_vain}`);
  await gateway.restart();
  await all_back('everybody is back after the outage');
  await until('every message is sent', () => people.every((page, i) => sent(page, `during the outage ${i}`)));
  await assert_once(
    t,
    gateway,
    people.map((_, i) => [`during the outage ${i}`]),
    'over the outage',
  );
  for (const page of people)
    t.assert.deepEqual(
      page.rows_by('system').map(({ note }) => note),
      [],
      'nobody was told that they were replaced',
    );
}

export const rows = {
  'ME-4/shopbell': { limit_s: 60, run: status_tells_the_truth },
  'ME-6/shopbell': { limit_s: 60, run: replacement_is_logged },
  'ME-M/shopbell': { limit_s: process.env.SHOPBELL_LONG === '1' ? 900 : 90, run: forced_reconnects },
  'PN-7/shopbell': { limit_s: 150, run: nobody_is_kept_out },
};
