// A call in a room, whole: the real LiveKit server, the gateway that gives its tokens, a shop whose tag has data-voice="livekit", a shopper in a
// real browser, and the scripted agent, who comes to the shopper's room as a worker would.
import { ear_script } from '../sound/ear.mjs';
import { joined, silence } from '../sound/dsp.mjs';
import { speak } from '../sound/speech.mjs';
import { as_shopper } from '../shopper.mjs';
import { open_gateway, open_shop } from '../stage.mjs';
import { open_chromium } from '../voice_call.mjs';
import { until } from '../widget.mjs';
import { start_livekit_agent } from './agent.mjs';
import { livekit_browser_args, start_livekit_server } from './server.mjs';

const rate_hz = 48_000;

/** A question, a moment after the microphone is open. */
export const spoken_question = (text = 'Do you have games for the PlayStation five?', after_s = 4) => ({
  rate_hz,
  samples: joined(silence(after_s, rate_hz), speak(text, { rate_hz }).samples),
});

/**
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} [options]
 * @param {object} [options.server]      as start_livekit_server takes it
 * @param {object} [options.gateway]     its settings
 * @param {object} [options.tag]         attributes of the tag
 * @param {import('../sound/wav.mjs').Sound} [options.microphone]
 */
export async function open_livekit_call(stage, options = {}) {
  const server = await start_livekit_server(options.server);
  stage.defer(server.close);
  const gateway = await open_gateway(stage, {
    livekitUrl: server.url,
    livekitApiKey: server.key,
    livekitApiSecret: server.secret,
    logLevel: 'info',
    ...options.gateway,
  });
  const shop = await open_shop(stage, {
    gateway,
    proxy: options.proxy?.(gateway),
    tag: { voice: 'livekit', ...options.tag },
    html: { head: ear_script },
  });
  const browser = await open_chromium(stage, options.microphone ?? spoken_question(), livekit_browser_args);
  const page = await browser.new_page();
  const shopper = as_shopper(page);
  await page.goto(shop.url);
  await shopper.open();
  return {
    ...{ server, gateway, shop, browser, page, shopper },
    /** The room that the shopper's token is of. */
    room: () => until('a room', async () => (await server.rooms())[0]),
    /** The agent, once there is a room. */
    async agent(more = {}) {
      const room = await this.room();
      const agent = await start_livekit_agent(server, { room, ...more });
      stage.defer(agent.close);
      return agent;
    },
  };
}
