// `npm run doctor -- URL`: what an operator checks by hand, in one command.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backends as built } from '../lib/backends.mjs';
import { checks, with_needs } from './checks.mjs';
import { examine, exit_code_of } from './examine.mjs';
import { lines_of, progress_on, summary_of } from './report.mjs';
import { new_shop } from './shop.mjs';

const backends = built.map(({ name }) => name);

const usage = `usage: npm run doctor -- URL [options]

URL is a page with the tag, as shoppers open it, or the tag's own address (https://chat.example/shopbell.js). Looks from outside at TLS, the
page, the tag and its version, the page's policies, CORS, WebSockets through the proxy, one question to the chat, the same message twice, and
at LiveKit: token, signalling, media ports, the voice agent. What is wrong is told with what to do.

  --json               one JSON object on stdout, nothing else
  --backend NAME       another back end than the tag says: ${backends.join(', ')}
  --chat-key KEY       where the tag has no data-api-key
  --livekit-url URL    LiveKit's address (wss://…); without it the token endpoint's is taken
  --api-key K --api-secret S
                       of LiveKit: joins a throwaway room, calls the agent, deletes the room
  --agent NAME         the agent that is called; amara
  --http-port N        where plain http is served; 80
  --only NAME,NAME     these checks, and what they need: ${checks.map(({ name }) => name).join(', ')}

Ends with 0: well. 1: something is wrong. 2: nothing wrong was seen, but not everything could be looked at; or a wrong call.
An authority of your own: NODE_EXTRA_CA_CERTS=FILE.`;

const option_names = [
  'backend',
  'chat-key',
  'livekit-url',
  'api-key',
  'api-secret',
  'agent',
  'http-port',
  'only',
];

/** @returns {object} options, or throws what is wrong with them */
export function read_options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(option_names.map((name) => [name, { type: 'string' }])),
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return values;
  const [url, ...more] = positionals;
  const is_web = (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!url || more.length > 0 || !is_web(url))
    throw new Error('one address is wanted, with https:// or http://');
  if (values.backend !== undefined && !backends.includes(values.backend))
    throw new Error(`--backend is one of ${backends.join(', ')}, not "${values.backend}"`);
  const livekit = values['livekit-url'];
  if (
    livekit !== undefined &&
    !(URL.canParse(livekit) && /^(?:wss?|https?):$/.test(new URL(livekit).protocol))
  )
    throw new Error('--livekit-url is an address with wss:// or ws://');
  if ((values['api-key'] === undefined) !== (values['api-secret'] === undefined))
    throw new Error('--api-key and --api-secret come together');
  if (values['http-port'] !== undefined && !/^\d{1,5}$/.test(values['http-port']))
    throw new Error('--http-port is a number');
  const unknown = values.only?.split(',').find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) throw new Error(`no check is called "${unknown}"`);
  return { ...values, url };
}

/** @returns {Promise<{exit: number, results: import('./examine.mjs').Result[], url: string}>} */
export async function run_doctor(options, progress) {
  const over = new AbortController();
  const shop = { ...new_shop(options), over: over.signal };
  if (options['livekit-url']) shop.livekit_url = new URL(options['livekit-url']);
  try {
    const wanted = options.only ? with_needs(options.only.split(',')) : checks;
    const results = await examine(wanted, shop, progress);
    return { url: options.url, exit: exit_code_of(results), results };
  } finally {
    over.abort();
    await shop.room?.delete();
  }
}

async function main(args) {
  let options;
  try {
    options = read_options(args);
  } catch (error) {
    console.error(`doctor: ${error.message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const outcome = await run_doctor(options, options.json ? undefined : progress_on(process.stdout));
  if (options.json) console.log(JSON.stringify(outcome, null, 2));
  else console.log(lines_of(summary_of(outcome)));
  return outcome.exit;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await main(process.argv.slice(2));
  // What hangs in a check must not hold the command; what was written goes out first.
  process.stdout.write('', () => process.exit(code));
}
