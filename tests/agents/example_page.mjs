// The page of example_backend.test.mjs: `node example_page.mjs URL` asks the server behind URL over the back end `ask`, prints the answer as
// it is shown, and ends.
import { launch_browser } from '../rig/browsers/browser.mjs';
import { start_gateway } from '../rig/gateway.mjs';
import { open_shop } from '../rig/stage.mjs';
import { open_widget, rows_by, say, until_answered, until_ready } from '../rig/widget.mjs';

const open = [];
const stage = { defer: (close) => open.unshift(close) };
try {
  // For the widget's files alone.
  const gateway = await start_gateway();
  stage.defer(gateway.close);
  const shop = await open_shop(stage, { gateway, tag: { backend: 'ask', 'api-url': process.argv[2] } });
  const browser = await launch_browser();
  stage.defer(browser.close);
  const page = await browser.new_page();
  await page.goto(shop.url);
  await open_widget(page);
  await until_ready(page);
  await say(page, 'lamps?');
  await until_answered(page, 1);
  console.log(`answer: ${(await rows_by(page, 'agent'))[0].text}`);
} finally {
  for (const close of open) await close();
}
