// A call in a room, whole: the real LiveKit server, the gateway that gives its tokens, a shop whose tag has data-voice="livekit", a shopper in a
// real browser, and the scripted agent, who comes to the shopper's room as a worker would.
import { browser_missing } from '../browsers/browser.mjs';
import { firefox_missing, launch_firefox } from '../browsers/firefox.mjs';
import { gateway_missing } from '../gateway.mjs';
import { ear_script } from '../sound/ear.mjs';
import { pulse_missing, start_pulse } from '../sound/pulse.mjs';
import { joined, silence } from '../sound/dsp.mjs';
import { speak } from '../sound/speech.mjs';
import { as_shopper } from '../shopper.mjs';
import { open_gateway, open_shop } from '../stage.mjs';
import { start_tcp_proxy } from '../network/tcp_proxy.mjs';
import { open_chromium } from '../voice_call.mjs';
import { sleep, until } from '../widget.mjs';
import { livekit_agent_missing, start_livekit_agent } from './agent.mjs';
import { start_livekit_relay } from './relay.mjs';
import { livekit_browser_args, livekit_missing, start_livekit_server } from './server.mjs';

const rate_hz = 48_000;
// Firefox gathers no candidates of loopback by itself, and names the others by mDNS, which no server here resolves.
const loopback_preferences = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** A question, a moment after the microphone is open. */
export const spoken_question = (text = 'Do you have games for the PlayStation five?', after_s = 4) => ({
  rate_hz,
  samples: joined(silence(after_s, rate_hz), speak(text, { rate_hz }).samples),
});

/** Chromium's microphone is a file; Firefox's is a device that the test speaks into. */
async function open_browser(stage, { browser: kind = 'chromium', microphone: sound = spoken_question() }) {
  if (kind === 'chromium') return { browser: await open_chromium(stage, sound, livekit_browser_args) };
  const pulse = await start_pulse();
  stage.defer(pulse.close);
  await pulse.add_speaker({ rate_hz });
  const microphone = await pulse.add_microphone({ rate_hz });
  const browser = await launch_firefox({ env: pulse.env, preferences: loopback_preferences });
  stage.defer(browser.close);
  return { browser, microphone };
}

/** What stands before the server's ports: a proxy for the signal, a relay for the media. */
async function open_line(stage, server) {
  const signal = await start_tcp_proxy(server.port);
  stage.defer(signal.close);
  const relay = await start_livekit_relay(server);
  stage.defer(relay.close);
  const block = async () => {
    signal.freeze();
    await relay.cut();
  };
  return {
    url: `ws://127.0.0.1:${signal.port}`,
    shape: relay.shape,
    /** Nothing passes any more: who is connected is cut off, and nobody else comes through. */
    block,
    async cut(ms) {
      await block();
      await sleep(ms);
      signal.thaw();
      await relay.mend();
    },
  };
}

/** Why no call in a room can be had here, or undefined. */
export async function livekit_call_missing(browser = 'chromium') {
  const own =
    browser === 'chromium' ? await browser_missing() : ((await firefox_missing()) ?? pulse_missing());
  return own ?? gateway_missing() ?? livekit_missing({ own: true }) ?? livekit_agent_missing();
}

/**
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {object} [options]
 * @param {'chromium'|'firefox'} [options.browser]
 * @param {boolean} [options.cut]        its ports can be cut, and the media's lost and delayed
 * @param {object} [options.server]      as start_livekit_server takes it
 * @param {object} [options.gateway]     its settings
 * @param {object} [options.tag]         attributes of the tag
 * @param {object} [options.html]        of the shop's page
 * @param {import('../sound/wav.mjs').Sound} [options.microphone]
 */
export async function open_livekit_call(stage, options = {}) {
  const server = await start_livekit_server({ relay: options.cut, ...options.server });
  stage.defer(server.close);
  const line = options.cut ? await open_line(stage, server) : { url: server.url };
  const gateway = await open_gateway(stage, {
    livekitUrl: line.url,
    livekitApiKey: server.key,
    livekitApiSecret: server.secret,
    logLevel: 'info',
    ...options.gateway,
  });
  const shop = await open_shop(stage, {
    gateway,
    proxy: options.proxy?.(gateway),
    tag: { voice: 'livekit', ...options.tag },
    html: { head: [ear_script, options.html?.head ?? ''].join('') },
  });
  const { browser, microphone } = await open_browser(stage, options);
  const page = await browser.new_page();
  const shopper = as_shopper(page);
  await page.goto(shop.url);
  await shopper.open();
  return {
    ...{
      server,
      gateway,
      shop,
      browser,
      page,
      shopper,
      microphone,
      cut: line.cut,
      block: line.block,
      shape: line.shape,
    },
    /** What the server says of shoppers that have joined and left, in its order. */
    visits: () =>
      server
        .log()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .filter(({ participant }) => participant && !participant.startsWith('agent-'))
        .filter(({ msg }) => msg === 'participant active' || msg === 'participant closing')
        .map(({ msg, participant }) => ({ what: msg.split(' ')[1], identity: participant })),
    /** The room that the shopper's token is of. */
    room: () => until('a room', async () => (await server.rooms())[0]),
    /** The agent, who comes as soon as there is a room. */
    async agent(more = {}) {
      const agent = await start_livekit_agent(server, { room: this.room(), ...more });
      stage.defer(agent.close);
      return agent;
    },
  };
}
