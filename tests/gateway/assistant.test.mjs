// The built-in assistant by a table: questions, and the facts that their answers must and must not hold.
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { after } from 'node:test';
import Database from 'better-sqlite3';
import { Conversation } from '../../tools/gateway/assistant/converse.mjs';
import { Search } from '../../tools/gateway/assistant/search.mjs';
import { distance, tokens } from '../../tools/gateway/assistant/text.mjs';
import { loadCatalogue } from '../../web/shop/catalogue.mjs';
import { ask, gatewayFor, temporaryFolder } from './helpers.mjs';

const catalogue = loadCatalogue();
const search = new Search(catalogue, 'http://shop.example');
const conversation = new Conversation(search);
after(() => search.close());

/** Says each line in turn; the last reply counts. */
function talk(...lines) {
  let dialogue = {};
  let reply;
  for (const message of lines) {
    reply = conversation.reply({ message, history: [], dialogue });
    dialogue = JSON.parse(JSON.stringify(reply.dialogue));
  }
  return reply;
}

// [what is said (a list: a conversation), facts in the last answer, names of the products shown with it (prefixes)]
const table = [
  // Small talk and the shop itself
  ['hello', [/welcome to Harbourlight/]],
  ['Hi there!', [/welcome/]],
  ['thanks a lot', [/welcome!/]],
  ['what can you do?', [/Compare the Ovio N9/]],
  ['bye', [/^No problem—I'll stop here\. Just message me again if you need help\.$/]],
  ['that’s all, thanks', [/I'll stop here/]],
  ['When are you open?', [/Monday to Friday: 11:00 to 20:00/, /Sunday and public holidays: 12:00 to 18:00/]],
  ['opning hours saturday', [/Saturday: 11:00 to 21:00/]],
  ['where is your shop?', [/12 Lampmaker Lane/]],
  ['do you deliver and what does it cost', [/1 to 3 working days and costs S\$6/]],
  ['how is shipping', [/free from S\$80/]],
  ['can I return an opened item?', [/within 14 days/]],
  ['what about the warranty', [/12-month warranty/]],
  ['can I pay with PayNow', [/PayNow and cash/]],
  // Search
  [
    'do you have earbuds?',
    [/S\$179/, /S\$299/, /\[View Product\]\(http:\/\/shop\.example\/p\//],
    ['Hale Drift Buds', 'Hale Drift Buds Pro'],
  ],
  ['earphones under $200', [/S\$179/], ['Hale Drift Buds Black']],
  ['phones between 200 and 700', [/S\$649/, /S\$329/], ['Ovio N8', 'Brindle A5']],
  ['a red console', [/S\$329/], ['Nimbo Pocket Red']],
  [
    'games for the Nimbo Pocket',
    [/Mistvale for Nimbo Pocket/],
    ['Mistvale', 'Deep Harbour', 'Ironleaf', 'Paper Kingdoms', 'Kettle Racers'],
  ],
  ['controller for the Play 5', [/Pulse Controller/], ['Nimbo Pulse Controller']],
  ['waterproof speaker', [/S\$159/], ['Corvane Tide']],
  [
    'which phone is cheapest?',
    [/1\. \*\*Tarn Lite 64GB Black\*\* — S\$199/],
    ['Tarn Lite', 'Brindle A5', 'Ovio N8'],
  ],
  ['most expensive camera', [/S\$2,099/], ['Pellica Street']],
  ['e-paper tablet for handwriting', [/S\$599/], ['Quillet Note']],
  ['handphones', [/Ovio N9/], ['Ovio N9', 'Ovio N9 Pro', 'Ovio N8', 'Kestrin 12', 'Kestrin 12 Max']],
  ['purple phones', [/Kestrin 12 128GB Purple/], ['Kestrin 12']],
  // Typos
  ['kestrn 12 max', [/S\$1,499/], ['Kestrin 12 Max']],
  ['lumroa z40 price', [/S\$1,799/], ['Lumora Z40']],
  ['headfones', [/S\$229|S\$449/], ['Hale Over 700']],
  ['show me tablts', [/Ovio Slate 11/], ['Ovio Slate 11']],
  // Price and stock
  [
    'how much is the Ovio N9 Pro 512GB in silver?',
    [/\*\*Ovio N9 Pro 512GB Silver\*\* costs S\$1,479/],
    ['Ovio N9 Pro 512GB Silver'],
  ],
  ['price of nimbo play 5 2tb', [/S\$789/], ['Nimbo Play 5 2TB']],
  ['n9 256 gb blue price', [/Ovio N9 256GB Blue\*\* costs S\$1,019/], ['Ovio N9 256GB Blue']],
  ['is the Velta Cube X in stock?', [/in stock \(\d+ pieces\)/, /S\$699/], ['Velta Cube X 1TB Black']],
  ['is the Ovio N9 128GB Black available', [/sold out/], ['Ovio N9 128GB Black']],
  [
    'tell me about the Ridge Trail 6',
    [/Battery: 18 days/, /S\$699/, /Also available: sand|Also available: black/],
    ['Ridge Trail 6'],
  ],
  ['do you have the Velta Cube X in white?', [/don't have the \*\*Velta Cube X\*\* in white/]],
  // Comparison
  [
    'compare Ovio N9 and Kestrin 12',
    [/S\$899 · S\$1,099/, /costs S\$200 more/, /50 MP · 64 MP night/],
    ['Ovio N9', 'Kestrin 12'],
  ],
  ['Cube X vs Play 5', [/S\$699 · S\$649/], ['Velta Cube X', 'Nimbo Play 5']],
  [
    'what is the difference between the N9 and the N9 Pro?',
    [/S\$899 · S\$1,299/],
    ['Ovio N9', 'Ovio N9 Pro'],
  ],
  [['Cube X vs Play 5', 'which one is cheaper?'], [/Nimbo Play 5 .*costs S\$649/], ['Nimbo Play 5']],
  // Follow-ups
  [
    ['earbuds', 'how much is the second one?'],
    [/Hale Drift Buds Pro Black\*\* costs S\$299/],
    ['Hale Drift Buds Pro'],
  ],
  [['earbuds', 'the third one'], [/I showed you 2/]],
  [['Nimbo Pocket', 'and in red?'], [/\*\*Nimbo Pocket Red\*\*/], ['Nimbo Pocket Red']],
  [
    ['Ovio N9 Pro in black', 'with 512GB?', 'how much is it?'],
    [/Ovio N9 Pro 512GB Black\*\* costs S\$1,479/],
    ['Ovio N9 Pro 512GB Black'],
  ],
  [['Corvane Tide', 'is it waterproof?'], [/Water: IP67/], ['Corvane Tide']],
  [
    ['Hale Over 700', 'anything cheaper?'],
    [/Cheaper than S\$449/, /Hale Drift Buds Pro/],
  ],
  [
    ['phones', 'show me more'],
    [/Brindle A5/, /Tarn Lite/],
  ],
  [['phones', 'more', 'more'], [/That was all/]],
  // Trade-in
  ["what's my Nimbo Play 4 worth?", [/mint: S\$160/, /faulty: S\$40/, /condition/]],
  ['trade in kestrin 11, like new', [/S\$380/, /e-mail/]],
  ['I want to trade in something', [/Which device/]],
  [['I want to sell my old phone', 'a Kestrin 10'], [/mint: S\$240/]],
  [['trade in my Ovio N7', 'the screen is cracked'], [/faulty condition brings about S\$55/]],
  [
    'trade in my mint Kestrin 11 for an Ovio N9 Pro',
    [/S\$380/, /Ovio N9 Pro .* at S\$1,299 you would top up S\$919/],
  ],
  [
    ['trade in my Ovio N7', 'good', 'shopper@mail.example'],
    [/Ovio N7, good/, /shopper@mail\.example/],
  ],
  [['trade in my Ovio N7', 'cancel'], [/dropped that/]],
  [['trade in my Ovio N7', 'when are you open?', 'good'], [/Ovio N7.*good condition brings about S\$180/]],
  ['do you sell the Kestrin 10?', [/don't sell the \*\*Kestrin 10\*\* any more/, /S\$240/]],
  // A person
  ["I'd like to talk to a person", [/leave your e-mail address/]],
  [
    ['can I speak to someone', 'about my order', 'it is shopper@mail.example'],
    [/Thank you, I have noted your question.*shopper@mail\.example/],
  ],
  [['human please', '+65 8000 0000'], [/\+65 8000 0000/]],
  // What the shop has not got
  ['do you sell fridges?', [/nothing for "fridges"/]],
  ['stove', [/nothing for "stove"/]],
  ['iphone 15', [/nothing for "iphone"/]],
  ['asdf qwer', [/found nothing/]],
  ['???', [/found nothing/]],
  ['phones under $50', [/Nothing fits all of that/, /S\$199/]],
];

test('the table has at least 40 questions', () => assert.ok(table.length >= 40));

for (const [said, facts, products] of table) {
  const lines = Array.isArray(said) ? said : [said];
  test(lines.join(' / '), () => {
    const reply = talk(...lines);
    for (const fact of facts) assert.match(reply.text, fact);
    if (products) {
      const names = reply.products.map(({ name }) => name);
      products.forEach((prefix) =>
        assert.ok(
          names.some((name) => name.startsWith(prefix)),
          `${prefix} in ${names}`,
        ),
      );
    }
    assertFromCatalogue(reply.text);
  });
}

/** Every link leads to a product of that name; no product is made up. */
function assertFromCatalogue(text) {
  for (const [, name, id] of text.matchAll(/\*\*([^*]+)\*\* — [^\n]*\/p\/(\d+)-/g))
    assert.equal(search.byId.get(Number(id)).name, name);
  for (const [, id, slug] of text.matchAll(/\/p\/(\d+)-([a-z0-9-]+)\)/g))
    assert.equal(search.byId.get(Number(id)).slug, slug);
}

test('without a stored dialogue the links of the history are followed', () => {
  const shown = talk('earbuds').text;
  const history = [
    { role: 'user', content: 'earbuds' },
    { role: 'assistant', content: shown },
    { role: 'user', content: 'the second one' },
  ];
  assert.match(
    conversation.reply({ message: 'the second one', history, dialogue: {} }).text,
    /Hale Drift Buds Pro Black/,
  );
});

test('every product is found by its full name, if not that variant then its family', () => {
  for (const product of catalogue.products) {
    const { products } = talk(product.name);
    assert.ok(
      products.some(({ family }) => family === product.family),
      product.name,
    );
  }
});

test('no message breaks it: odd characters, search syntax, long words', () => {
  const odd = [
    '"',
    '" OR 1',
    'NEAR(a b)',
    '*',
    'name:ovio',
    "'; DROP TABLE products; --",
    '\u0000',
    '\ud800',
    '😀😀',
    'a'.repeat(1000),
    '1'.repeat(1000),
    'x '.repeat(500),
    'a@'.repeat(500),
    '. '.repeat(500),
    '( '.repeat(500),
    '$ 5 $ 6 '.repeat(120),
    'between '.repeat(120),
  ];
  const start = performance.now();
  for (const message of odd) assert.equal(typeof talk(message, message).text, 'string');
  assert.ok(performance.now() - start < 5000);
});

test('words are cut and compared as people type them', () => {
  assert.deepEqual(tokens("Café 256 GB, what's USB-C?"), ['cafe', '256gb', 'whats', 'usb', 'c']);
  assert.equal(distance('kestrin', 'kestrn', 2), 1);
  assert.equal(distance('lumora', 'lumroa', 2), 1);
  assert.equal(distance('phone', 'camera', 1), 2);
});

test('a trade-in lead and a request for a person are stored with what was said', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await gatewayFor(t, { dataDir: folder });
  for (const line of ['trade in my Nimbo Play 4 for a Velta Cube X', 'it is in good condition'])
    await ask(gateway, line);
  const { body } = await ask(gateway, 'shopper@mail.example');
  assert.equal(body.verification.flags.requires_human_review, true);
  for (const line of ['I want to talk to a human', 'my order 55 is late', 'second@mail.example'])
    await ask(gateway, line, { sessionId: 'session-2' });
  const db = new Database(path.join(folder, 'shopbell.sqlite'), { readonly: true });
  const leads = db
    .prepare('SELECT kind, device, condition, value_sgd, email, notes FROM leads ORDER BY id')
    .all();
  db.close();
  assert.deepEqual(
    leads.map(({ notes, ...lead }) => lead),
    [
      {
        kind: 'trade_in',
        device: 'Nimbo Play 4',
        condition: 'good',
        value_sgd: 135,
        email: 'shopper@mail.example',
      },
      { kind: 'contact', device: null, condition: null, value_sgd: null, email: 'second@mail.example' },
    ],
  );
  assert.match(leads[1].notes, /my order 55 is late/);
});

test('a trade-up fills the slots of the verification', async (t) => {
  const gateway = await gatewayFor(t);
  const { body } = await ask(gateway, 'trade in my mint Kestrin 11 for an Ovio N9 Pro');
  const { slots_filled: slots, top_up_sgd: topUp, calculation_steps: steps, flags } = body.verification;
  assert.deepEqual(
    [
      slots.trade_in_model,
      slots.trade_in_condition,
      slots.trade_in_value_sgd,
      slots.target_model,
      slots.target_price_sgd,
    ],
    ['Kestrin 11', 'mint', 380, 'Ovio N9 Pro', 1299],
  );
  assert.deepEqual([topUp, steps, flags.is_provisional], [919, ['1299 - 380 = 919'], true]);
});
