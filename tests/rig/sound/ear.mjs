// Listens inside a page: what its microphone gave and what it sent to its speaker, as two channels of one recording on the page's own
// audio clock. A script in the page's head (`ear_script`) joins everything that is connected to the speaker, and every microphone, to a
// worklet of the test. The audio thread records, so a page that is blocked misses nothing.

const stretch_s = 2;

function install_ear(stretch_s) {
  const real_connect = AudioNode.prototype.connect;
  const worklet = `registerProcessor('shopbell-test-ear', class extends AudioWorkletProcessor {
    process(inputs) {
      const at_ms = Date.now();
      const channels = inputs.map((input) => input[0] ?? new Float32Array(128));
      this.port.postMessage({ at_ms, frame: currentFrame, channels: channels.map((channel) => Int16Array.from(channel,
        (value) => Math.round(Math.max(-1, Math.min(1, value)) * 32767))) });
      return true;
    }
  });`;
  const ears = new Map();
  const ear = { rate_hz: 0, contexts: 0, first_ms: 0, first_frame: 0, blocks: [] };
  window.__ear = ear;
  const buses_of = (context) => {
    if (ears.has(context)) return ears.get(context).buses;
    const buses = [0, 1].map(() => new GainNode(context));
    const blocks = [];
    ears.set(context, { buses, blocks });
    ear.contexts += 1;
    const url = URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' }));
    void context.audioWorklet.addModule(url).then(() => {
      const node = new AudioWorkletNode(context, 'shopbell-test-ear', {
        numberOfInputs: 2,
        numberOfOutputs: 1,
      });
      buses.forEach((bus, i) => real_connect.call(bus, node, 0, i));
      // Some browsers run only what leads to the speaker; its output stays silent.
      real_connect.call(node, context.destination);
      node.port.onmessage = ({ data }) => blocks.push(data);
    });
    return buses;
  };
  // What comes over a connection is a stream, too, and is of no device; Chromium gives it a name all the same.
  const is_of_device = (track) => Boolean(track?.getSettings().deviceId) && track.label !== 'remote audio';
  const is_microphone = (node) =>
    node instanceof MediaStreamAudioSourceNode && is_of_device(node.mediaStream.getAudioTracks()[0]);
  AudioNode.prototype.connect = function (target, ...rest) {
    if (is_microphone(this)) real_connect.call(this, buses_of(this.context)[0]);
    else if (target === this.context.destination) real_connect.call(this, buses_of(this.context)[1]);
    // A call's context is the one that is heard; others only look into the microphone for a moment.
    if (target === this.context.destination && this.context !== ear.context) {
      Object.assign(ear, { context: this.context, rate_hz: this.context.sampleRate });
      ear.blocks = ears.get(this.context)?.blocks ?? [];
    }
    return real_connect.call(this, target, ...rest);
  };
  // One string of all blocks since the last time: cheap to carry over any driver.
  ear.take = () => {
    const blocks = ear.blocks.splice(0);
    const first = blocks[0]?.frame ?? 0;
    const samples = blocks.length ? blocks[blocks.length - 1].frame + 128 - first : 0;
    const bytes = new Uint8Array(samples * 4);
    const view = new DataView(bytes.buffer);
    blocks.forEach(({ frame, channels }) =>
      channels.forEach((channel, c) =>
        channel.forEach((value, k) => view.setInt16(4 * (frame - first + k) + 2 * c, value, true)),
      ),
    );
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    const gaps = blocks.filter((block, i) => i > 0 && block.frame !== blocks[i - 1].frame + 128).length;
    // Quanta come in bursts, some before their time and some after, and the audio clock stands still where the device waits for the page:
    // of each stretch the one in the middle.
    const stretches_ms = [];
    for (const { at_ms, frame } of blocks) {
      const seconds = (frame - first) / ear.rate_hz;
      (stretches_ms[Math.floor(seconds / stretch_s)] ??= []).push(at_ms - seconds * 1000);
    }
    const starts_ms = stretches_ms.map((all_ms) => all_ms.sort((a, b) => a - b)[all_ms.length >> 1]);
    return {
      rate_hz: ear.rate_hz,
      starts_ms,
      gaps,
      sound: btoa(text),
    };
  };
}

/** For the head of a page. */
export const ear_script = `<script>(${install_ear.toString()})(${stretch_s})</script>`;

/**
 * For the head of a page whose sound is compared with what was spoken: the browser's own echo canceller, noise suppressor and gain
 * control change speech as much as a fault would, each time otherwise, and are not what is tested.
 */
export const raw_microphone_script = `<script>
  const asked = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    const audio = { ...wanted.audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return asked.call(this, { ...wanted, audio });
  };
</script>`;

/**
 * What was recorded since the last time.
 * @returns {Promise<{at_ms: (seconds: number) => number, gaps: number, microphone: import('./wav.mjs').Sound, speaker: import('./wav.mjs').Sound}>}
 *   at_ms: the epoch time of a place in the sound; gaps: quanta that were never asked for, silent here
 */
export async function heard_in(page) {
  const { rate_hz, starts_ms, gaps, sound } = await page.evaluate(() => window.__ear.take());
  const bytes = Buffer.from(sound, 'base64');
  const channel = (c) => {
    const samples = new Float32Array(bytes.length / 4);
    for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(4 * i + 2 * c) / 32_767;
    return { rate_hz, samples };
  };
  const at_ms = (seconds) =>
    seconds * 1_000 + starts_ms[Math.min(starts_ms.length - 1, Math.floor(seconds / stretch_s))];
  return { at_ms, gaps, microphone: channel(0), speaker: channel(1) };
}

/** Where sound begins and ends: stretches over `floor`, with pauses under `pause_s` in them. @returns {{from_s: number, to_s: number}[]} */
export function stretches_of({ rate_hz, samples }, { floor = 0.01, pause_s = 0.4 } = {}) {
  const step = Math.round(rate_hz / 200);
  const found = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    let peak = 0;
    for (let i = at; i < at + step; i += 1) peak = Math.max(peak, Math.abs(samples[i]));
    if (peak < floor) continue;
    const last = found.at(-1);
    if (last && at / rate_hz - last.to_s < pause_s) last.to_s = (at + step) / rate_hz;
    else found.push({ from_s: at / rate_hz, to_s: (at + step) / rate_hz });
  }
  return found;
}
