// The voice socket of shopbell.v1 against the real gateway. The call agent is a stand-in that says it is one: it writes
// down what reaches it and does what the test says. The real agent's tests are tests/speech.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor, pause, until } from './helpers.mjs';
import {
  VoiceClient,
  audioFrame,
  call,
  join,
  newId,
  place,
  readVoiceWelcome,
  voiceHello,
} from './socket_client.mjs';

/** A call agent that listens to nothing and says nothing by itself. */
class StandInAgent {
  heard = [];

  constructor(call) {
    this.call = call;
    call.send_agent('listening');
    call.row({ id: newId(), who: 'agent', text: 'This is a stand-in for a call agent.' });
  }

  note(what, ...values) {
    this.heard.push([what, ...values]);
  }

  what(name) {
    return this.heard.filter(([what]) => what === name);
  }

  audio(frame) {
    this.note('audio', frame);
  }

  speech(on, timestamp) {
    this.note('speech', on, timestamp);
  }

  interrupted(stream, timestamp) {
    this.note('interrupted', stream, timestamp);
  }

  playout(stream, timestamp) {
    this.note('playout', stream, timestamp);
  }

  muted(on) {
    this.note('muted', on);
  }

  async typed({ id, text, reply }) {
    let said = '';
    for await (const piece of reply) said += piece;
    this.note('typed', id, text, said);
  }

  park() {
    this.note('park');
  }

  resume() {
    this.note('resume');
  }

  close() {
    this.note('close');
  }
}

/** A gateway, a page that joined, and the agents of its calls. */
async function shop(t, options = {}) {
  const agents = [];
  const lines = [];
  const gateway = await gatewayFor(t, {
    logLevel: 'info',
    logStream: { write: (line) => lines.push(JSON.parse(line)) },
    makeCallAgents: async () => ({
      available: true,
      open: (one) => agents[agents.push(new StandInAgent(one)) - 1],
      describe: () => ({ voice: 'stand-in', counters: {} }),
      close: async () => {},
    }),
    ...options,
  });
  const page = await join(t, gateway);
  return { gateway, agents, lines, page, said: (msg) => lines.filter((line) => line.msg === msg) };
}

const packet = Buffer.from([0xf8, 0xff, 0xfe]);
const metricOf = async (gateway, kind) =>
  (await (await fetch(`${gateway.url}/status`)).json()).voice_frames_ignored[kind];

test('the welcome names an absolute voice address and a ticket that opens one call', async (t) => {
  const { gateway, agents, page, said } = await shop(t);
  const offer = page.welcome.voice;
  assert.equal(offer.url, `ws://127.0.0.1:${gateway.port}/shopbell/v1/voice`);
  assert.match(offer.ticket, /^[0-9a-f]{32}$/);
  const voice = await call(t, offer);
  assert.deepEqual(
    { ...voice.welcome, ticket: voice.welcome.ticket.length },
    { version: 1, resumed: false, heartbeat_ms: 15_000, next_sequence: 0, ticket: 32 },
  );
  assert.equal(agents.length, 1);
  assert.match((await page.of('row')).row.text, /stand-in/);
  assert.equal((await page.of('agent')).state, 'listening');
  assert.equal((await voice.of(0x83)).bytes[1], 0);
  assert.equal(said('call joined')[0].call, 1);
  assert.match(said('call joined')[0].identity, /^[0-9a-f]{8}$/);

  const again = new VoiceClient(offer.url);
  t.after(() => again.cut());
  await again.opened();
  again.send(voiceHello(offer.ticket));
  assert.equal(await again.code(), 4401, 'once');
  assert.deepEqual(
    gateway.calls.map(({ what, call: number }) => [what, number]),
    [['call joined', 1]],
  );
});

test('a call is counted for the version of the page that began it', async (t) => {
  const { gateway } = await shop(t);
  const page = await join(t, gateway, { hello: { widget: '1.2.0' } });
  await call(t, page.welcome.voice);
  const { versions } = await (await fetch(`${gateway.url}/status`)).json();
  assert.equal(versions['1.2.0'].calls, 1);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /^shopbell_widget_calls_total\{version="1\.2\.0"\} 1$/m);
});

test('audio goes both ways, byte for byte', async (t) => {
  const { agents, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  const sent = Array.from({ length: 50 }, (_, index) => Buffer.from([0xf8, index, 255 - index]));
  sent.forEach((payload, index) =>
    voice.send(audioFrame(index + 1, { payload, flags: index === 0 ? 1 : 0 })),
  );
  const [agent] = agents;
  await until(() => agent.what('audio').length === 50);
  agent.what('audio').forEach(([, frame], index) => {
    assert.deepEqual([...frame.payload], [...sent[index]]);
    assert.deepEqual(
      [frame.stream, frame.sequence, frame.timestamp_48k, frame.flags],
      [0, index + 1, (index + 1) * 960, index === 0 ? 1 : 0],
    );
  });
  for (let frame = 0; frame < 5; frame += 1)
    agent.call.send_audio({ stream: 7, flags: 0, timestamp_48k: frame * 960, payload: packet });
  agent.call.send_end(7, 5 * 960);
  agent.call.send_flush(7);
  await voice.of(0x84);
  const audio = voice.all(0x82).map(({ bytes }) => bytes);
  assert.deepEqual(
    audio.map((bytes) => [bytes[1], bytes.readUInt32LE(4), bytes.readUInt32LE(8)]),
    [1, 2, 3, 4, 5].map((sequence) => [7, sequence, (sequence - 1) * 960]),
  );
  assert.deepEqual(audio[0].subarray(12), packet);
  assert.equal(voice.all(0x85)[0].bytes.readUInt32LE(2), 4800);
});

test('forged, truncated, replayed, reordered and oversized frames are counted and the call goes on', async (t) => {
  const { gateway, agents, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  const bad = {
    forged: [
      audioFrame(900_000),
      audioFrame(3, { stream: 9 }),
      audioFrame(3, { flags: 0xff }),
      audioFrame(3, { timestamp: 960 }),
      Buffer.from([0x06, 7]),
    ],
    truncated: [
      audioFrame(3).subarray(0, 11),
      audioFrame(3).subarray(0, 12),
      Buffer.from([0x03, 1]),
      Buffer.alloc(0),
    ],
    oversized: [
      audioFrame(3, { payload: Buffer.alloc(1276, 1) }),
      audioFrame(3, { payload: Buffer.alloc(8_000, 1) }),
      Buffer.concat([Buffer.from([0x07, 1, 0, 0, 0]), Buffer.alloc(3)]),
    ],
    unknown: [Buffer.from([0x7f, 1, 2, 3]), Buffer.concat([Buffer.from([0x82]), audioFrame(3).subarray(1)])],
    replayed: [audioFrame(1), audioFrame(2)],
  };
  voice.send(audioFrame(1));
  voice.send(audioFrame(2));
  for (const frames of Object.values(bad)) for (const frame of frames) voice.send(frame);
  voice.send(audioFrame(5));
  voice.send(audioFrame(4));
  voice.send(audioFrame(6));
  const [agent] = agents;
  await until(() => agent.what('audio').length === 4);
  assert.deepEqual(
    agent.what('audio').map(([, { sequence }]) => sequence),
    [1, 2, 5, 6],
  );
  for (const [kind, frames] of Object.entries(bad))
    assert.equal(await metricOf(gateway, kind), frames.length, kind);
  assert.equal(await metricOf(gateway, 'reordered'), 1);
  assert.equal(await metricOf(gateway, 'missing'), 2);
  assert.equal(voice.closed, null);
  agent.call.send_audio({ stream: 0, flags: 0, timestamp_48k: 0, payload: packet });
  await voice.of(0x82);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  assert.match(metrics, /shopbell_voice_frames_ignored_total\{kind="truncated"\} 4/);
});

test('at the limit: the largest packet is heard', async (t) => {
  const { agents, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  voice.send(audioFrame(1, { payload: Buffer.alloc(1275, 7) }));
  await until(() => agents[0].what('audio').length === 1);
  assert.equal(agents[0].what('audio')[0][1].payload.length, 1275);
});

test('a frame past what ws takes ends the socket, not the call', async (t) => {
  const { gateway, page, said } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  voice.send(Buffer.alloc(1_048_577));
  assert.equal(await voice.code(), 1009);
  await until(() => said('call parked').length === 1);
  assert.equal((await (await fetch(`${gateway.url}/status`)).json()).calls, 1);
});

test('speech, interruption, playout, mute and pings reach whom they are for', async (t) => {
  const { agents, page, said } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  const stamp = (head, value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return Buffer.concat([Buffer.from(head), bytes]);
  };
  voice.send(stamp([0x03, 1], 4800));
  voice.send(stamp([0x03, 0], 9600));
  voice.send(stamp([0x04, 2], 1234));
  voice.send(stamp([0x05, 2], 5678));
  voice.send(Buffer.from([0x06, 1]));
  voice.send(Buffer.from([0x06, 0]));
  voice.send(stamp([0x09], 42));
  assert.equal((await voice.of(0x89)).bytes.readUInt32LE(1), 42);
  assert.deepEqual(agents[0].heard, [
    ['speech', true, 4800],
    ['speech', false, 9600],
    ['interrupted', 2, 1234],
    ['playout', 2, 5678],
    ['muted', true],
    ['muted', false],
  ]);
  assert.equal(said('track muted').length + said('track unmuted').length, 2);
});

test('a socket that is lost parks the call; the next ticket resumes it where it was', async (t) => {
  const { gateway, agents, page, said } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  for (let sequence = 1; sequence <= 3; sequence += 1) voice.send(audioFrame(sequence));
  agents[0].call.send_audio({ stream: 0, flags: 0, timestamp_48k: 0, payload: packet });
  await voice.of(0x82);
  await until(() => agents[0].what('audio').length === 3);
  voice.cut();
  await until(() => agents[0].what('park').length === 1);
  agents[0].call.send_audio({ stream: 0, flags: 0, timestamp_48k: 960, payload: packet });

  const again = await call(t, { url: page.welcome.voice.url, ticket: voice.welcome.ticket }, { next: 2 });
  assert.equal(again.welcome.resumed, true);
  assert.equal(again.welcome.next_sequence, 4);
  assert.notEqual(again.welcome.ticket, voice.welcome.ticket);
  assert.equal(agents.length, 1);
  assert.deepEqual(
    agents[0].heard.slice(-2).map(([what]) => what),
    ['park', 'resume'],
  );
  agents[0].call.send_audio({ stream: 0, flags: 0, timestamp_48k: 960, payload: packet });
  assert.equal((await again.of(0x82)).bytes.readUInt32LE(4), 2, 'what nobody heard took no number');
  assert.deepEqual([said('call parked').length, said('call resumed').length], [1, 1]);
  assert.deepEqual(
    gateway.calls.map(({ what }) => what),
    ['call joined', 'call parked', 'call resumed'],
  );
});

test('a newer join takes the call from the older one', async (t) => {
  const { agents, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  page.send({ t: 'call' });
  const offer = await page.of('ticket');
  const newer = await call(t, offer);
  assert.equal(newer.welcome.resumed, true);
  assert.equal((await voice.of(0x88)).bytes[1], 2);
  assert.equal(await voice.code(), 4409);
  assert.equal(agents.length, 1);
  assert.deepEqual(
    agents[0].heard.map(([what]) => what),
    ['park', 'resume'],
  );
});

test('bye ends the call at once, hanging up by the shop says so', async (t) => {
  const { agents, page, said } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  voice.send(Buffer.from([0x08]));
  assert.equal(await voice.code(), 1000);
  await until(() => agents[0].what('close').length === 1);
  assert.equal(said('call left')[0].reason, 'bye');
  page.send({ t: 'call' });
  const second = await call(t, await page.of('ticket'));
  agents[1].call.hang_up('closing time');
  assert.equal((await second.of(0x88)).bytes[1], 1);
  assert.equal(await second.code(), 1000);
  assert.equal(said('call left')[1].reason, 'by_shop');
});

test('what was heard of a reply is stored when its call is over already', async (t) => {
  const { agents, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  const [agent] = agents;
  const id = newId();
  await agent.call.answer('do you have earbuds?', { id });
  agent.close = () =>
    agent.call.row({ id: `${id}.reply`, who: 'agent', text: 'I found …', state: 'stopped' });
  voice.send(Buffer.from([0x08]));
  const row = await page.frame((frame) => frame.t === 'row' && frame.row.id === `${id}.reply`);
  assert.deepEqual([row.row.text, row.row.state], ['I found …', 'stopped']);
  assert.ok(row.row.products.length > 0, 'the rest of the row is as it was');
  await assert.rejects(agent.call.answer('and now?', { id: newId() }), { code: 'failed' });
});

test('what is said aloud is stored, answered once and shown; what fails rejects with its code', async (t) => {
  const { agents, page } = await shop(t);
  await call(t, page.welcome.voice);
  const [agent] = agents;
  const id = newId();
  agent.call.caption({ id, who: 'self', text: 'do you have ear' });
  const pieces = [];
  const { text } = await agent.call.answer('do you have earbuds?', {
    id,
    on_delta: (piece) => pieces.push(piece),
  });
  assert.equal(pieces.join(''), text);
  assert.equal((await page.of('caption')).text, 'do you have ear');
  const row = await page.frame((frame) => frame.t === 'row' && frame.row.id === id);
  assert.deepEqual([row.row.who, row.row.text, row.row.voice], ['self', 'do you have earbuds?', true]);
  assert.equal((await page.done(id)).text, text);
  await assert.rejects(agent.call.answer('x'.repeat(1001), { id: newId() }), { code: 'too_long' });
  await assert.rejects(agent.call.answer(' ', { id: newId() }), { code: 'bad' });

  // A spoken reply that was cut keeps only what was heard.
  agent.call.row({ id: `${id}.reply`, who: 'agent', text: 'I found …', state: 'stopped' });
  await page.frame((frame) => frame.t === 'row' && frame.row.id === `${id}.reply`);
  const again = await join(
    t,
    { url: page.ws.url.replace(/^ws/, 'http').replace('/shopbell/v1/text', '') },
    {
      hello: { ...place(page), epoch: 77 },
    },
  );
  const history = again.welcome.history.map((one) => [one.who, one.text.slice(0, 12), one.state, one.voice]);
  assert.deepEqual(history, [
    ['agent', 'This is a st', 'done', true],
    ['self', 'do you have ', 'done', true],
    ['agent', 'I found …', 'stopped', true],
  ]);
});

test('an answer that is cut off by its signal is stopped with what was said', async (t) => {
  const { agents, page } = await shop(t, { streamPaceMs: 20 });
  await call(t, page.welcome.voice);
  const cut = new AbortController();
  const id = newId();
  let heard = '';
  const asked = agents[0].call.answer('do you have earbuds?', {
    id,
    signal: cut.signal,
    on_delta: (piece) => {
      heard += piece;
      if (heard.length > 20) cut.abort();
    },
  });
  assert.equal((await asked).text, heard);
  assert.equal((await page.done(id)).state, 'stopped');
});

test('a typed message in a call is told to the agent with its answer as it is made', async (t) => {
  const { agents, page } = await shop(t);
  await call(t, page.welcome.voice);
  const id = newId();
  page.send({ t: 'say', id, text: 'do you have earbuds?' });
  const done = await page.done(id);
  await until(() => agents[0].what('typed').length === 1);
  assert.deepEqual(agents[0].what('typed')[0], ['typed', id, 'do you have earbuds?', done.text]);
});

test('who does not read is closed with 1013 and the call is parked', async (t) => {
  const { agents, page, said } = await shop(t, { socketBufferBytesMax: 65_536 });
  const voice = await call(t, page.welcome.voice);
  voice.ws._socket.pause();
  const payload = Buffer.alloc(1_275, 7);
  for (let frame = 0; frame < 20_000 && said('call parked').length === 0; frame += 1)
    agents[0].call.send_audio({ stream: 0, flags: 0, timestamp_48k: frame * 960, payload });
  assert.equal(said('call parked').length, 1);
  voice.ws._socket.resume();
  assert.equal(await voice.code(10_000), 1013);
});

test('a text frame, a hello that is none and an unknown origin are not let in', async (t) => {
  const { page } = await shop(t);
  const first = async (bytes, options) => {
    const client = new VoiceClient(page.welcome.voice.url, options);
    t.after(() => client.cut());
    await client.opened();
    if (!client.closed) client.ws.send(bytes);
    return client.code();
  };
  assert.equal(await first('hello'), 4400);
  assert.equal(await first(audioFrame(1)), 4401);
  assert.equal(await first(voiceHello('0'.repeat(32))), 4401);
  assert.equal(await first(voiceHello(page.welcome.voice.ticket, { version: 9, oldest: 8 })), 4426);
  assert.equal(await first(Buffer.alloc(1), { origin: 'https://evil.example' }), 4403);
  const welcome = await call(t, page.welcome.voice, { version: 2, oldest: 1 });
  assert.equal(welcome.welcome.version, 1, 'one version ahead of ours');
});

test('behind a proxy the voice address is what the page sees', async (t) => {
  const { page } = await shop(t, { trustProxy: true });
  assert.match(page.welcome.voice.url, /^ws:\/\/127\.0\.0\.1/);
  const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'chat.shop.example, inner' };
  const gateway = { url: `http://${new URL(page.ws.url).host}` };
  const proxied = await join(t, gateway, { headers });
  assert.equal(proxied.welcome.voice.url, 'wss://chat.shop.example/shopbell/v1/voice');
  const plain = await shop(t);
  const untrusted = await join(t, plain.gateway, { headers });
  assert.match(untrusted.welcome.voice.url, /^ws:\/\/127\.0\.0\.1/, 'only a proxy of ours is believed');
});

test('where there is no codec module there is no call to offer', async (t) => {
  const { page } = await shop(t, { makeCallAgents: null });
  assert.equal(page.welcome.voice, undefined);
  page.send({ t: 'call' });
  assert.equal((await page.of('error')).code, 'no_voice');
});

test('tickets and packets are in no log line', async (t) => {
  const { lines, page } = await shop(t);
  const voice = await call(t, page.welcome.voice);
  voice.send(audioFrame(1));
  voice.cut();
  await pause(100);
  const log = JSON.stringify(lines);
  assert.ok(!log.includes(page.welcome.voice.ticket) && !log.includes(voice.welcome.ticket));
  assert.match(log, /call parked/);
  assert.ok(readVoiceWelcome(voice.all(0x81)[0]).ticket);
});
