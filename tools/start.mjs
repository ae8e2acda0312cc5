// `npm start`: builds the widget, starts the gateway and the demo shop on two ports, and says where they are.
// --no-build starts what was built before. PORT and SHOP_PORT choose the ports; the gateway's other settings apply
// (tools/gateway/README.md).
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '../web/shop/catalogue.mjs';
import { defaultWidgetTag, startShop } from '../web/shop/server.mjs';
import { ConfigError, makeConfig, optionsFromEnvironment } from './gateway/settings/config.mjs';
import { startGateway } from './gateway/main.mjs';

const shopPortDefault = 8788;
const buildScript = fileURLToPath(new URL('build.mjs', import.meta.url));

const say = (text) => process.stdout.write(`${text}\n`);

function build() {
  say('Building the widget …');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [buildScript, '--demo'], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new ConfigError('The build failed; see above.')),
    );
  });
}

function shopPort() {
  const text = process.env.SHOP_PORT || String(shopPortDefault);
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535)
    throw new ConfigError(`SHOP_PORT: must be a whole number from 0 to 65535; got "${text}"`);
  return port;
}

async function start() {
  const options = optionsFromEnvironment(process.env);
  const config = makeConfig(options);
  const port = shopPort();
  if (!process.argv.includes('--no-build')) await build();

  const catalogue = loadCatalogue(config.catalogueFile || undefined);
  let gateway;
  const shop = await startShop({
    port,
    host: config.host,
    catalogue,
    widgetTag: () =>
      gateway && {
        ...defaultWidgetTag(gateway.url),
        'data-backend': 'shopbell',
        'data-voice': 'shopbell',
      },
  });
  try {
    gateway = await startGateway({ logLevel: 'warn', recordRequests: false, shopUrl: shop.url, ...options });
  } catch (error) {
    await shop.close();
    throw error;
  }
  const assistant = config.openaiBaseUrl
    ? `${config.openaiModel} at ${new URL(config.openaiBaseUrl).host}`
    : 'built in, offline';
  say(`
  Demo shop   ${shop.url}   <- open this and click the bell
  Gateway     ${gateway.url}   (/status, /metrics; assistant: ${assistant})
  Data        ${config.dataDir}

  Try: "do you have earbuds under $200?" · "compare the Ovio N9 and the Kestrin 12" · "what is my Nimbo Play 4 worth?"
  Stop with Ctrl-C.
`);

  let stopping = false;
  const stop = async () => {
    // A second Ctrl-C does not wait for answers.
    if (stopping) process.exit(1);
    stopping = true;
    say('Stopping: answering what was accepted …');
    await Promise.all([gateway.close(), shop.close()]);
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch((error) => {
  const plain = error instanceof ConfigError || /^Port \d+ is taken/.test(error.message);
  process.stderr.write(`${plain ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
