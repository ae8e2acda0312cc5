// A shop whose chat speaks with a real AG-UI agent (server.mjs), and a page of it that offers tools.
import { watch_page } from '../browsers/browser.mjs';
import { open_browser, open_gateway, open_shop, require_parts } from '../stage.mjs';
import { open_widget, until_ready } from '../widget.mjs';
import { agui_missing, start_agui_server } from './server.mjs';

/** The page's own script: what each tool was given goes to `told`, which outlives a reload. */
const offer_tools = `<script>
addEventListener('load', () => Shopbell.tools({
  look: { description: 'Looks at a product', readOnly: true, run: (input) => tell('look', input) },
  buy: { description: 'Puts a product into the basket', run: (input) => tell('buy', input) },
  pay: { description: 'Pays', run: (input) => tell('pay', input) },
}));
async function tell(name, input) {
  await told(name, input);
  return name + ' is done';
}
</script>`;

/**
 * @param {object} t  the row's context
 * @param {object} [server]  options of the agent
 */
export async function open_agui_stage(t, server = {}) {
  await require_parts(t);
  if (agui_missing()) t.skip(agui_missing());
  const agent = await start_agui_server(server);
  t.defer(agent.close);
  const gateway = await open_gateway(t); // for the widget's files alone
  return { t, agent, gateway, browser: await open_browser(t) };
}

/**
 * A shopper's page with the panel open; `page.ran` lists what its tools were given.
 * @param {object} stage
 * @param {object} [options]
 * @param {string} [options.url]  the agent's, if not its own: that of a proxy
 */
export async function open_agui_page({ t, agent, gateway, browser }, { url = agent.url } = {}) {
  const html = { body: offer_tools };
  const shop = await open_shop(t, { gateway, html, tag: { backend: 'ag-ui', 'api-url': url } });
  const context = await browser.new_context();
  t.defer(() => context.close());
  const ran = [];
  await context.exposeFunction('told', (name, input) => void ran.push({ name, input }));
  const page = Object.assign(watch_page(await context.newPage()), { ran });
  await page.goto(shop.url);
  await open_widget(page);
  await until_ready(page);
  return page;
}
