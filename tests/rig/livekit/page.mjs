// A page with nothing but LiveKit's own client: what the server, the relay and the agent of the tests must carry before a widget can. Its
// microphone is what the browser was opened with (open_chromium of ../voice_call.mjs).
import { fileURLToPath } from 'node:url';
import { start_shop } from '../pages/shop_page.mjs';
import { livekit_browser_args } from './server.mjs';

const client = fileURLToPath(
  new URL('../../../node_modules/livekit-client/dist/livekit-client.umd.js', import.meta.url),
);

/** Nobody presses anything there, and it is heard all the same. */
export const page_browser_args = [...livekit_browser_args, '--autoplay-policy=no-user-gesture-required'];

/** In the page: joins, tells what comes in `told`, and samples how loud the agent is. */
function install() {
  const { Room, RoomEvent } = globalThis.LivekitClient;
  const state = { told: [], levels: [], room: undefined };
  globalThis.plain = state;
  const tell = (what, more) => state.told.push({ what, at_ms: Date.now(), ...more });

  function listen(track) {
    document.body.append(track.attach());
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1_024 });
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const value of samples) sum += value * value;
      state.levels.push({ at_ms: Date.now(), rms: Math.sqrt(sum / samples.length) });
    }, 20);
  }

  // As it is: what is measured is the way, not what the browser makes of the sound.
  const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const open_microphone = (room, early) =>
    // The client reads this one where a device's settings are, not where publishing's are.
    room.localParticipant.setMicrophoneEnabled(true, { ...raw, preConnectBuffer: early });

  state.join = async (url, token, { microphone = true, early = false, methods = {} } = {}) => {
    const room = new Room({ disconnectOnPageLeave: false });
    state.room = room;
    room.on(RoomEvent.TrackSubscribed, (track, _, { identity }) => {
      tell('track', { identity, kind: track.kind });
      if (track.kind === 'audio') listen(track);
    });
    room.on(RoomEvent.ParticipantAttributesChanged, (changed, { identity }) =>
      tell('attributes', { identity, changed }),
    );
    room.on(RoomEvent.TranscriptionReceived, (segments, person) =>
      segments.forEach(({ id, text, final }) =>
        tell('legacy', { identity: person?.identity, id, text, final }),
      ),
    );
    room.on(RoomEvent.DataReceived, (payload, person, _, topic) =>
      tell('data', { identity: person?.identity, topic, text: new TextDecoder().decode(payload) }),
    );
    for (const event of ['Reconnecting', 'SignalReconnecting', 'Reconnected', 'ParticipantDisconnected'])
      room.on(RoomEvent[event], () => tell(event));
    room.on(RoomEvent.Disconnected, (reason) => tell('Disconnected', { reason }));
    room.registerTextStreamHandler('lk.transcription', async (reader, { identity }) => {
      const entry = { identity, parts: [], head: { ...reader.info.attributes } };
      for await (const part of reader) entry.parts.push(part);
      tell('stream', { ...entry, end: { ...reader.info.attributes } });
    });
    for (const [name, answer] of Object.entries(methods)) room.registerRpcMethod(name, async () => answer);
    const opened = microphone && early && open_microphone(room, early);
    await room.connect(url, token);
    tell('joined');
    if (microphone) await (opened || open_microphone(room, early));
    tell('microphone');
  };

  /** The way that media takes, with its figures, and every way to the server that the browser knows. */
  state.way = async () => {
    const { pcManager } = state.room.engine;
    const stats = [...(await pcManager.publisher.getStats()).values()];
    const by_id = (id) => stats.find((one) => one.id === id);
    const transport = stats.find(({ type }) => type === 'transport');
    const pair = by_id(transport?.selectedCandidatePairId);
    const inbound = stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
    const remotes = stats.filter(({ type }) => type === 'remote-candidate');
    return {
      known: remotes.map(({ candidateType, address, port }) => `${candidateType} ${address}:${port}`),
      round_trip_ms: pair && pair.currentRoundTripTime * 1_000,
      ...{ received: inbound?.packetsReceived ?? 0, lost: inbound?.packetsLost ?? 0 },
    };
  };
}

/**
 * @param {{defer: (fn: () => any) => void}} stage
 * @param {{new_page: (options?: object) => Promise<import('playwright-core').Page>}} browser
 */
export async function open_plain_page(stage, browser) {
  const shop = await start_shop({ '/': { html: '<!doctype html><title>Plain</title>' } });
  stage.defer(shop.close);
  const page = await browser.new_page();
  await page.goto(shop.url);
  await page.addScriptTag({ path: client });
  await page.evaluate(install);
  const told = (what) =>
    page.evaluate((name) => globalThis.plain.told.filter((one) => one.what === name), what);
  return {
    page,
    join: (url, token, options) =>
      page.evaluate((args) => globalThis.plain.join(...args), [url, token, options]),
    told,
    /** How long it was loud, and when first, since then. A busy page looks less often, so each look counts until the next. */
    async loud({ since_ms = 0, rms_min = 0.01 } = {}) {
      const levels = await page.evaluate(() => globalThis.plain.levels);
      const loud = levels
        .map(({ at_ms, rms }, i) => ({
          at_ms,
          rms,
          ms: Math.min(100, (levels[i + 1]?.at_ms ?? at_ms) - at_ms),
        }))
        .filter(({ at_ms, rms }) => at_ms >= since_ms && rms >= rms_min);
      return {
        ms: loud.reduce((sum, { ms }) => sum + ms, 0),
        from_ms: loud[0]?.at_ms,
        rms_max: Math.max(0, ...loud.map(({ rms }) => rms)),
      };
    },
    mute: (on) =>
      page.evaluate((off) => globalThis.plain.room.localParticipant.setMicrophoneEnabled(!off), on),
    way: () => page.evaluate(() => globalThis.plain.way()),
    chat: (text) =>
      page.evaluate(
        (said) => globalThis.plain.room.localParticipant.sendText(said, { topic: 'lk.chat' }),
        text,
      ),
  };
}
