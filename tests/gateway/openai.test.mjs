// Answers from an OpenAI-compatible server: streaming, tools on the catalogue, and every way such a server fails.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import Database from 'better-sqlite3';
import { collect_often } from '../rig/collect_often.mjs';
import { bytesOf, calls, openaiServer, says } from './openai_server.mjs';
import { ask, eventsOf, gatewayFor, post, bodyOf, stream, temporaryFolder, textOf } from './helpers.mjs';

const failureText = "I'm sorry, I ran into an issue processing your request. Please try again.";

async function gatewayWith(t, script, { options, server } = {}) {
  const upstream = await openaiServer(t, script, server);
  const gateway = await gatewayFor(t, {
    openaiBaseUrl: upstream.url,
    openaiApiKey: 'upstream-key',
    openaiModel: 'test-model',
    ...options,
  });
  return { gateway, upstream };
}

for (const cutBytes of [1, 7, 100_000]) {
  test(`an answer streams through, cut every ${cutBytes} bytes`, async (t) => {
    const { gateway, upstream } = await gatewayWith(t, [says('Grüße, 你好 😀! How can I help?')], {
      server: { cutBytes },
    });
    const events = await eventsOf(await stream(gateway, 'hello'));
    assert.equal(textOf(events), 'Grüße, 你好 😀! How can I help?');
    assert.ok(events.filter(({ event }) => event === 'delta').length > 1);
    const { data } = events.at(-1);
    assert.equal(data.model, 'test-model');
    assert.deepEqual(data.usage, { promptTokens: 100, completionTokens: 20, totalTokens: 120 });
    const [request] = upstream.requests;
    assert.equal(request.path, '/v1/chat/completions');
    assert.equal(request.headers.authorization, 'Bearer upstream-key');
    assert.deepEqual(
      [request.body.model, request.body.stream, request.body.tool_choice],
      ['test-model', true, 'auto'],
    );
    assert.deepEqual(
      request.body.tools.map((tool) => tool.function.name),
      ['search_products', 'get_product', 'store_info', 'trade_in_value', 'submit_lead'],
    );
  });
}

test('history is passed on, the new message once, an image as a part', async (t) => {
  const { gateway, upstream } = await gatewayWith(t, [says('ok')]);
  const history = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'hello' },
    { role: 'user', content: 'a phone?' },
  ];
  await ask(gateway, 'a phone?', { history, image: 'https://shop.example/a.png' });
  const [system, ...rest] = upstream.requests[0].body.messages;
  assert.equal(system.role, 'system');
  assert.deepEqual(rest, [
    history[0],
    history[1],
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a phone?' },
        { type: 'image_url', image_url: { url: 'https://shop.example/a.png' } },
      ],
    },
  ]);
});

test('tools run on the catalogue, several at once, and their products are sent when the answer speaks of them', async (t) => {
  const { gateway, upstream } = await gatewayWith(t, [
    calls(['search_products', { query: 'phnes', max_price_sgd: 400 }], ['store_info', { topic: 'hours' }]),
    calls(
      ['get_product', { product_id: 1036 }],
      ['trade_in_value', { device: 'nimbo play 4', condition: 'good' }],
    ),
    says('The Tarn Lite 64GB Black costs S$199.'),
  ]);
  const events = await eventsOf(await stream(gateway, 'a cheap phone, please'));
  const [, second, third] = upstream.requests.map(({ body }) => body.messages);
  assert.deepEqual(
    second.at(-3).tool_calls.map(({ id, function: { name } }) => [id, name]),
    [
      ['call_search_products_0', 'search_products'],
      ['call_store_info_1', 'store_info'],
    ],
  );
  const [found, hours] = second.slice(-2).map(({ content }) => JSON.parse(content));
  assert.deepEqual(
    found.products.map(({ name }) => name),
    ['Brindle A5 128GB Black', 'Tarn Lite 64GB Black'],
  );
  assert.equal(hours.hours[0].open, '11:00');
  const [product, value] = third.slice(-2).map(({ content }) => JSON.parse(content));
  assert.deepEqual(
    [product.name, product.price_sgd, product.facts.Camera],
    ['Ovio N9 128GB Blue', 899, '50 MP'],
  );
  assert.deepEqual(value.value_sgd, { good: 135 });
  const cards = events.find(({ event }) => event === 'products').data.products;
  assert.deepEqual(
    cards.map(({ name }) => name),
    ['Tarn Lite 64GB Black'],
  );
  assert.equal(events.at(-1).data.usage.totalTokens, 360);
});

test('a lead of a tool call is stored once', async (t) => {
  const folder = temporaryFolder(t);
  const lead = { kind: 'trade_in', device: 'Nimbo Play 4', condition: 'good', email: 'shopper@mail.example' };
  const script = [calls(['submit_lead', { kind: 'contact' }]), calls(['submit_lead', lead]), says('Noted.')];
  const { gateway, upstream } = await gatewayWith(t, script, { options: { dataDir: folder } });
  await ask(gateway, 'please note it');
  assert.match(upstream.requests[1].body.messages.at(-1).content, /e-mail address or phone number is needed/);
  assert.equal(upstream.requests[2].body.messages.at(-1).content, '{"stored":true}');
  const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
  assert.deepEqual(db.prepare('SELECT kind, email FROM leads').all(), [
    { kind: 'trade_in', email: 'shopper@mail.example' },
  ]);
  db.close();
});

test('wrong tool calls are answered, not thrown', async (t) => {
  const { gateway, upstream } = await gatewayWith(t, [
    calls(
      ['search_products', '{"query":'],
      ['no_such_tool', {}],
      ['toString', {}],
      ['get_product', { product_id: 'x' }],
      ['store_info', '[]'],
    ),
    calls(
      ['search_products', { query: 5 }],
      ['trade_in_value', {}],
      ['trade_in_value', { device: 'fridge' }],
      ['store_info', { topic: 'toString' }],
    ),
    says('Done.'),
  ]);
  assert.equal((await ask(gateway, 'go')).body.response, 'Done.');
  const results = upstream.requests[2].body.messages
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => JSON.parse(content));
  assert.equal(results.length, 9);
  for (const result of results) assert.equal(typeof result.error, 'string');
});

test('rounds are bounded: the last request may not call tools', async (t) => {
  const { gateway, upstream } = await gatewayWith(t, [calls(['store_info', { topic: 'hours' }])]);
  const { body } = await ask(gateway, 'loop');
  assert.match(body.response, /having trouble formulating a response/);
  assert.deepEqual(
    upstream.requests.map((request) => request.body.tool_choice),
    ['auto', 'auto', 'auto', 'auto', 'none'],
  );
});

const cutAnswer = (bytes) => (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(bytes);
  setTimeout(() => response.destroy(), 20);
};
const ended = (text) => (response) =>
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(text);

const failures = {
  'status 500': { status: 500 },
  'status 429': { status: 429 },
  'status 401': { status: 401 },
  'socket dropped in the middle': cutAnswer(bytesOf(says('half an ans')).subarray(0, 200)),
  'stream that ends without an end': ended('data: {"choices":[{"delta":{"content":"half"}}]}\n\n'),
  'data that is no JSON': ended('data: {"choices":\n\ndata: [DONE]\n\n'),
  'error in the stream': ended('data: {"error":{"message":"overloaded"}}\n\n'),
  redirect: (response) => response.writeHead(302, { Location: '/elsewhere' }).end(),
  'silence before the head': () => {},
  'silence in the middle': (response) =>
    response.writeHead(200).write('data: {"choices":[{"delta":{"content":"half"}}]}\n\n'),
  'an endless line': (response) => {
    response.writeHead(200);
    const write = () => {
      if (!response.destroyed) response.write('x'.repeat(100_000), () => setImmediate(write));
    };
    write();
  },
  'an endless answer': (response) => {
    response.writeHead(200);
    const write = () => {
      const chunk = `data: ${JSON.stringify({ choices: [{ delta: { content: 'x'.repeat(1000) } }] })}\n\n`;
      if (!response.destroyed) response.write(chunk, () => setImmediate(write));
    };
    write();
  },
};

test('every failure is an error event, 200 with a sentence as JSON, and a retried key tries again', async (t) => {
  collect_often(t);
  for (const [name, step] of Object.entries(failures)) {
    await t.test(name, async (t) => {
      const { gateway } = await gatewayWith(t, [step, step, says('Better now.')], {
        options: { openaiTimeoutMs: 300 },
      });
      const headers = { 'Idempotency-Key': 'key' };
      const events = await eventsOf(await stream(gateway, 'hello', { headers }));
      assert.equal(events.at(-1).event, 'error');
      assert.deepEqual(Object.keys(events.at(-1).data), ['error', 'message']);
      const json = await (await post(gateway, bodyOf('hello'), { headers })).json();
      assert.equal(json.response, failureText);
      const again = await eventsOf(await stream(gateway, 'hello', { headers }));
      assert.equal(again[0].id, '3-1');
      assert.equal(again.at(-1).data.response, 'Better now.');
      assert.equal((await (await fetch(`${gateway.url}/status`)).json()).turns, 1);
    });
  }
});

test('an answer that drips on for too long is given up', async (t) => {
  const drip = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('data: {"choices":[{"delta":{"content":"."}}]}\n\n'), 20);
    response.on('close', () => clearInterval(timer));
  };
  const { gateway } = await gatewayWith(t, [drip], {
    options: { openaiAnswerMs: 200, openaiTimeoutMs: 5000 },
  });
  assert.equal((await eventsOf(await stream(gateway, 'hello'))).at(-1).event, 'error');
});

test('a server that is not there is an error too', async (t) => {
  const gateway = await gatewayFor(t, { openaiBaseUrl: 'http://127.0.0.1:9/v1', openaiModel: 'm' });
  assert.equal((await ask(gateway, 'hello')).body.response, failureText);
});

test('a goodbye asks nobody', async (t) => {
  const { gateway, upstream } = await gatewayWith(t, [says('no')]);
  const { body } = await ask(gateway, 'Goodbye!');
  assert.deepEqual(Object.keys(body), ['response', 'sessionId', 'model']);
  assert.equal(upstream.requests.length, 0);
});
