// What one address can make a shop pay within an hour when it does its worst, by text and by voice, at the default limits; and that nobody
// else notices. The gateway, its sockets, its codec and its store are real. The model, the voice and the recogniser are stand-ins that
// count (cost_servers.mjs says why), and the hour passes in a minute.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { settings } from '../../tools/gateway/settings/table.mjs';
import { notices } from '../../tools/gateway/voice/words.mjs';
import { startGateway } from '../../tools/gateway/main.mjs';
import { module_file, packets_of } from '../speech/parts.mjs';
import { countingEar, countingModel, countingVoice, jumpingClock } from './cost_servers.mjs';
import { bodyOf, pause, post, temporaryFolder, until } from './helpers.mjs';
import {
  audioFrame,
  helloFrame,
  newId,
  readVoiceWelcome,
  TextClient,
  VoiceClient,
  voiceHello,
} from './socket_client.mjs';

const needsVoice = {
  skip: existsSync(module_file) ? false : 'dist/dev/voice.wasm is not built: npm run build',
  timeout: 600_000,
};
const [attacker, neighbour] = ['192.0.2.66', '198.51.100.7'];
const whoseText = (text) => (text.includes('neighbour') ? 'neighbour' : 'attacker');
const greeting = settings.find(({ name }) => name === 'voiceGreeting').default;

const tone = (seconds, size) =>
  Float32Array.from(
    { length: seconds * 48_000 },
    (_, n) => size * Math.sin((2 * Math.PI * 300 * n) / 48_000),
  );
const stamp = (...bytes) => {
  const frame = Buffer.alloc(6);
  frame.set(bytes.slice(0, 2));
  frame.writeUInt32LE(bytes[2], 2);
  return frame;
};

/** Shops' machines are busy, and so are those of tests. */
const answered = (check) => until(check, 30_000);

/** A page of one address: text, and a call. */
class Page {
  #sequence = 0;

  constructor(t, gateway, address) {
    Object.assign(this, { t, gateway, options: { headers: { 'X-Forwarded-For': address } } });
  }

  async join() {
    this.text = new TextClient(this.gateway, this.options);
    this.t.after(() => this.text.cut());
    await answered(() => this.text.ws.readyState === this.text.ws.OPEN || this.text.closed);
    if (this.text.closed) return this;
    this.text.send(helloFrame());
    await answered(() => this.text.all('welcome')[0] ?? this.text.closed);
    return this;
  }

  get welcome() {
    return this.text.all('welcome')[0];
  }

  /** @returns {Promise<boolean>} whether the call was taken */
  async call({ url, ticket } = this.welcome.voice) {
    this.voice = new VoiceClient(url, this.options);
    this.t.after(() => this.voice.cut());
    await answered(() => this.voice.ws.readyState === this.voice.ws.OPEN || this.voice.closed);
    if (this.voice.closed) return false;
    this.voice.send(voiceHello(ticket));
    await answered(() => this.voice.all(0x81)[0] ?? this.voice.closed);
    return !this.voice.closed && Boolean(readVoiceWelcome(this.voice.all(0x81)[0]));
  }

  speak(packets) {
    this.voice.send(stamp(0x03, 1, this.#sequence * 960));
    for (const payload of packets)
      this.voice.send(audioFrame((this.#sequence += 1), { payload: Buffer.from(payload) }));
    this.voice.send(stamp(0x03, 0, this.#sequence * 960));
  }

  leave() {
    this.voice?.cut();
    this.text.cut();
  }
}

const bytesIn = (folder) =>
  readdirSync(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);

async function shop(t, { answer, heard, takesMs, ...options }) {
  const model = await countingModel(t, answer, whoseText);
  const voice = await countingVoice(t, whoseText);
  const ear = await countingEar(t, heard, takesMs);
  const dataDir = temporaryFolder(t);
  const clock = jumpingClock(t);
  const gateway = await startGateway({
    ...{ port: 0, dataDir, filesDir: temporaryFolder(t), trustProxy: true, recordRequests: false },
    ...{ openaiBaseUrl: model.url, openaiModel: 'm', ttsBaseUrl: voice.url, sttBaseUrl: ear.url },
    ...{ voiceModule: module_file, drainMs: 0, ...options },
  });
  t.after(() => gateway.close());
  return { gateway, model, voice, ear, dataDir, clock };
}

const heardOf = (loudness) =>
  loudness > 1500
    ? { who: 'attacker', words: 'tell me everything about all that you have' }
    : { who: 'neighbour', words: 'neighbour asks for lamps' };

test(
  'one address, an hour, its worst by text and voice: bounded, and the next address is served',
  needsVoice,
  async (t) => {
    const long = Array.from({ length: 1000 }, (_, n) =>
      `Words of a very long answer, part ${n}. `.slice(0, 20),
    );
    const { gateway, model, voice, ear, dataDir, clock } = await shop(t, {
      heard: heardOf,
      // What costs most of each kind, in turn: as many rounds as there are, failures, and all that an answer may hold.
      answer: ({ text, tools, n }) =>
        whoseText(text) === 'neighbour'
          ? { pieces: ['Yes, neighbour. '] }
          : { tool: tools && n % 2 === 0, fails: n % 5 === 0, pieces: long },
    });
    const history = Array.from({ length: 20 }, () => ({ role: 'user', content: '\u{1f4b8}'.repeat(370) }));
    const loud = [...packets_of(tone(0.4, 0.5))];
    const quiet = [...packets_of(tone(1, 0.02))];
    const seen = { statuses: {}, taken: 0, refused: 0, served: 0, heard: 0, told: 0, cut: 0 };
    const count = (what) => (seen.statuses[what] = (seen.statuses[what] ?? 0) + 1);
    const posts = [];
    const asAttacker = (n) => {
      const body = bodyOf(`${n % 7} ${'€'.repeat(990)}`, { sessionId: `session-${n % 400}`, history });
      const headers = { 'X-Forwarded-For': attacker, 'Idempotency-Key': `key-${n % 11 === 0 ? n : n % 7}` };
      return post(gateway, body, { headers }).then(
        async (response) => (await response.text(), count(response.status)),
      );
    };
    const asNeighbour = async (n) => {
      const headers = { 'X-Forwarded-For': neighbour };
      const response = await post(gateway, bodyOf(`neighbour asks ${n}`, { sessionId: `n-${n}` }), {
        headers,
      });
      assert.equal(response.status, 200, 'the neighbour is served');
      assert.match((await response.json()).response, /Yes, neighbour/);
      seen.served += 1;
    };
    const neighbourCalls = async () => {
      const page = await new Page(t, gateway, neighbour).join();
      assert.ok(await page.call(), 'the neighbour has a call');
      page.speak(quiet);
      const caption = await page.text.of('caption', 30_000);
      assert.match(caption.text, /neighbour asks for lamps/);
      await page.voice.of(0x82, 30_000);
      seen.heard += 1;
      page.leave();
    };

    let calls = [];
    let typing = null;
    const again = [];
    // Calls first, since each kind of asking uses up what the others could have.
    for (let second = 0; second < 3600; second += 6) {
      clock.pass(6000);
      if (second >= 900 || second % 36 === 0)
        for (let n = 0; n < 3; n += 1) posts.push(asAttacker(second + n));
      // Reloads and new sessions; messages again whose answers failed.
      if (second % 24 === 0) {
        typing?.leave();
        typing = await new Page(t, gateway, attacker).join();
        if (typing.welcome) {
          const id = newId();
          again.push(id);
          for (const one of again.slice(-3)) typing.text.send({ t: 'say', id: one, text: 'x'.repeat(1000) });
        }
      } else if (typing && !typing.text.closed) {
        typing.text.send({ t: 'ping', n: second });
        if (second >= 900) typing.text.send({ t: 'say', id: again.at(-1), text: 'x'.repeat(1000) });
      }
      // As many calls as it gets, each marking speech all the time; now and then all hang up and call again.
      for (const page of calls) if (page.voice.closed) seen.cut += 1;
      calls = calls.filter(({ voice: one }) => !one.closed);
      if (second % 300 === 294)
        for (const page of calls.splice(0)) {
          const rows = page.text.all('row').map(({ row }) => row.text);
          if (rows.includes(notices.hearing_used_up)) seen.told += 1;
          page.leave();
        }
      if (second % 60 === 0)
        for (let n = 0; n < 4; n += 1) {
          const page = await new Page(t, gateway, attacker).join();
          const isTaken = Boolean(page.welcome) && (await page.call());
          seen[isTaken ? 'taken' : 'refused'] += 1;
          if (isTaken) calls.push(page);
          else page.leave();
        }
      for (const page of calls) {
        if (!page.text.closed) page.text.send({ t: 'ping', n: second });
        for (let n = 0; n < 3; n += 1) page.speak(loud.slice(0, 5 + n * 5));
      }
      if (second % 198 === 96) await asNeighbour(second);
      if (second % 1200 === 804) await neighbourCalls();
      await pause(8);
    }
    await Promise.all(posts);
    const told = {
      model_requests: model.requests.attacker,
      paid_greetings: voice.inputs.filter((input) => greeting.startsWith(input)).length,
      recognised_s: Math.round(ear.seconds.attacker),
      recogniser_requests: ear.requests.attacker,
      spoken_s: Math.round(voice.seconds.attacker),
      stored_mb: Math.round(bytesIn(dataDir) / 1e5) / 10,
      calls: gateway.calls.filter(({ what }) => what === 'call joined').length,
      ...seen,
    };
    t.diagnostic(JSON.stringify(told));
    assert.ok(told.model_requests <= 200, `${told.model_requests} model requests`);
    assert.ok(told.paid_greetings <= 20, `${told.paid_greetings} paid greetings`);
    assert.ok(told.recognised_s <= 600, `${told.recognised_s} s of recognition`);
    assert.ok(told.spoken_s <= 600, `${told.spoken_s} s of speech`);
    assert.ok(told.stored_mb <= 50, `${told.stored_mb} MB stored`);
    assert.equal(seen.served, 18);
    assert.equal(seen.heard, 3);
    // The attack was one: it met its limits.
    assert.ok(
      told.model_requests > 80 && told.recognised_s > 300 && told.spoken_s > 200 && seen.refused > 50,
    );
    // A call that met a limit was told and not ended.
    assert.ok(seen.told > 0);
    assert.equal(seen.cut, 0);
  },
);

test('forty calls that speak at once have eight recogniser processes', needsVoice, async (t) => {
  const folder = temporaryFolder(t);
  // A program in pocketsphinx's place, which says that it runs for as long as it does: the real one takes a language model and a core.
  const command = path.join(folder, 'listens');
  const running = path.join(folder, 'running');
  mkdirSync(running);
  writeFileSync(
    command,
    `#!/bin/sh\ntouch ${running}/$$\ncat /dev/stdin >/dev/null\nsleep 0.3\nrm ${running}/$$\necho neighbour asks\n`,
  );
  chmodSync(command, 0o755);
  const language = path.join(folder, 'en');
  for (const name of ['en', 'en.lm.bin', 'cmudict-en.dict']) {
    mkdirSync(language, { recursive: true });
    writeFileSync(path.join(language, name), '');
  }
  const { gateway } = await shop(t, {
    ...{
      heard: heardOf,
      answer: () => ({ pieces: ['Yes.'] }),
      callsPerAddress: 0,
      sttBaseUrl: '',
      openaiBaseUrl: '',
    },
    ...{ openaiModel: '', ttsBaseUrl: '', espeakCommand: '-', voiceGreeting: '-' },
    ...{ pocketsphinxCommand: command, pocketsphinxModel: language, ipRequestsPerMinute: 1000 },
  });
  const pages = await Promise.all(Array.from({ length: 40 }, () => new Page(t, gateway, attacker).join()));
  const next = await new Page(t, gateway, neighbour).join();
  await Promise.all([...pages, next].map((page) => page.call()));
  let most = 0;
  const watch = setInterval(() => {
    if (existsSync(running)) most = Math.max(most, readdirSync(running).length);
  }, 5).unref();
  const sound = [...packets_of(tone(0.6, 0.5))];
  for (const page of pages) page.speak(sound);
  await until(() => readdirSync(running).length >= 4);
  const startedMs = performance.now();
  next.speak(sound);
  await next.text.of('caption', 30_000);
  const served = pages.filter(({ text }) => text.all('caption').length > 0).length;
  t.diagnostic(
    `${most} processes at most; the next address heard after ${Math.round(performance.now() - startedMs)} ms and ${served} of 40`,
  );
  assert.ok(served < 20, 'the next address does not wait for all of them');
  await until(() => pages.every(({ text }) => text.all('caption').length > 0), 60_000);
  clearInterval(watch);
  assert.ok(most <= 8 && most >= 4, `${most} processes`);
});

test(
  'an office of twenty behind one address chats and calls for an afternoon, and meets no limit',
  needsVoice,
  async (t) => {
    const { gateway, model, clock } = await shop(t, {
      heard: () => ({ who: 'neighbour', words: 'do you have lamps' }),
      answer: ({ tools, n }) => ({
        tool: tools && n % 3 === 0,
        pieces: ['Yes, we have two of them. ', 'Which one?'],
      }),
    });
    const sound = [...packets_of(tone(2, 0.3))];
    const people = [];
    for (let n = 0; n < 20; n += 1) people.push(await new Page(t, gateway, attacker).join());
    let asked = 0;
    // Ten questions each within four hours, every third of them aloud; between them pages keep their connection.
    for (let question = 0; question < 10; question += 1)
      for (const [n, page] of people.entries()) {
        for (let step = 0; step < 3; step += 1) {
          clock.pass(24_000);
          for (const one of people) one.text.send({ t: 'ping', n: 1 });
          const pongs = people.map(({ text }) => text.all('pong').length);
          await until(() => people.every(({ text }, at) => text.all('pong').length > pongs[at]));
        }
        if (n % 3 === 0 && question < 3) {
          const tickets = page.text.all('ticket').length;
          page.text.send({ t: 'call' });
          await until(() => page.text.all('ticket').length > tickets);
          assert.ok(await page.call(page.text.all('ticket').at(-1)), 'a call is taken');
          const before = page.text.all('caption').length;
          page.speak(sound);
          await until(() => page.text.all('caption').length > before, 30_000);
          const { id } = page.text.all('caption').at(-1);
          await page.text.done(id, 30_000);
          page.voice.send(Buffer.from([0x08]));
          await page.voice.code();
        } else {
          const id = newId();
          page.text.send({ t: 'say', id, text: 'do you have lamps?' });
          const end = await page.text.frame(
            (frame) => (frame.id === `${id}.reply` && frame.t === 'done') || frame.t === 'refused',
            30_000,
          );
          assert.equal(end.state, 'done', JSON.stringify(end));
        }
        asked += 1;
      }
    assert.equal(asked, 200);
    const rows = people.flatMap(({ text }) => text.all('row').map(({ row }) => row.text));
    for (const notice of [notices.hearing_used_up, notices.speech_used_up, notices.too_fast])
      assert.ok(!rows.includes(notice), notice);
    t.diagnostic(`${model.requests.attacker} model requests in four hours`);
  },
);
