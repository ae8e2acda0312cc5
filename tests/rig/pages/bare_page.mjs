// A page with nothing but a microphone, a speaker and a worklet between: what a rig must carry before a widget can.
import { ear_script } from '../sound/ear.mjs';
import { start_shop } from './shop_page.mjs';

const page_html = `<!doctype html><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,">${ear_script}
<button style="position:fixed;left:0;top:0;width:200px;height:80px">Start</button>
<script>
  const pieces = [];
  window.bare = { state: 'idle', ended: 0 };
  document.querySelector('button').addEventListener('click', async () => {
    try {
      const context = new AudioContext();
      const resumed = context.resume();
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      await resumed;
      await context.audioWorklet.addModule('/tap.js');
      const tap = new AudioWorkletNode(context, 'tap');
      tap.port.onmessage = ({ data }) => pieces.push(data);
      const microphone = context.createMediaStreamSource(stream);
      microphone.connect(tap);
      stream.getAudioTracks()[0].addEventListener('ended', () => (bare.ended += 1));
      Object.assign(bare, { state: context.state, rate_hz: context.sampleRate, label: stream.getAudioTracks()[0].label,
        settings: stream.getAudioTracks()[0].getSettings() });
      bare.play = async (url) => {
        const bytes = await (await fetch(url)).arrayBuffer();
        const source = context.createBufferSource();
        source.buffer = await new Promise((resolve, reject) => context.decodeAudioData(bytes, resolve, reject));
        source.connect(context.destination);
        source.start();
        await new Promise((resolve) => (source.onended = resolve));
      };
    } catch (error) {
      bare.state = String(error);
    }
  });
  bare.take = () => {
    let text = '';
    for (const piece of pieces.splice(0))
      for (const value of piece) text += String.fromCharCode(Math.round(Math.max(-1, Math.min(1, value)) * 32767) + 32768);
    return btoa(Array.from(text, (c) => String.fromCharCode(c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255)).join(''));
  };
</script>`;

const tap_js = `registerProcessor('tap', class extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]) this.port.postMessage(input[0].slice());
    return true;
  }
});`;

/** @param {Record<string, Buffer>} files more files, by path */
export async function serve_bare_page(files = {}) {
  const entries = Object.entries(files).map(([path, bytes]) => [
    path,
    { html: bytes, headers: { 'content-type': 'audio/wav' } },
  ]);
  return start_shop({
    '/': { html: page_html },
    '/tap.js': { html: tap_js, headers: { 'content-type': 'text/javascript' } },
    ...Object.fromEntries(entries),
  });
}

/** Presses the page's button and waits until its microphone flows. */
export async function start_bare_page(page, url) {
  await page.goto(url);
  await page.click_at(100, 40);
  const limit = performance.now() + 20_000;
  for (;;) {
    const bare = await page.evaluate(() => ({ ...window.bare }));
    if (bare.rate_hz) return bare;
    if (bare.state !== 'idle' || performance.now() > limit)
      throw new Error(`the bare page's microphone does not flow: ${bare.state}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the page's worklet heard since the last time. */
export async function heard_by(page) {
  const bytes = Buffer.from(await page.evaluate(() => window.bare.take()), 'base64');
  const samples = new Float32Array(bytes.length / 2);
  for (let i = 0; i < samples.length; i += 1) samples[i] = (bytes.readUInt16BE(2 * i) - 32_768) / 32_767;
  return samples;
}
