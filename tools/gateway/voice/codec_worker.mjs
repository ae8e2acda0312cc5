// A thread of the gateway that decodes and encodes for many calls, so that no sample is touched on the main thread. Orders and news are
// plain messages; codec_pool.mjs is the other end.
import { parentPort, workerData } from 'node:worker_threads';
import { callsPerInstance, CodecModule } from './codec_module.mjs';
import { FrameMaker } from './frame_maker.mjs';
import { earRateHz, TurnCollector } from './turn_collector.mjs';

// Speech of one voice without music: more bits are not heard.
const encoderSettings = { bitrateBps: 28_000, complexity: 5 };
const tickMs = 250;

const instances = []; // {codec, calls}
const calls = new Map();

const tell = (kind, call, rest = {}, transfer = []) =>
  parentPort.postMessage({ kind, call, ...rest }, transfer);

function instanceWithRoom() {
  let instance = instances.find(({ calls: count }) => count < callsPerInstance);
  if (!instance) instances.push((instance = { codec: new CodecModule(workerData.module), calls: 0 }));
  return instance;
}

const orders = {
  open({ call }) {
    const instance = instanceWithRoom();
    instance.calls += 1;
    calls.set(call, {
      instance,
      ear: new TurnCollector({
        decoder: instance.codec.decoder(earRateHz),
        detector: instance.codec.detector(earRateHz),
        onBegin: () => tell('begin', call),
        onTurn: ({ wav, ms, end }) => tell('turn', call, { wav, ms, end }, wav ? [wav.buffer] : []),
        onBadPacket: () => tell('bad', call),
        onLost: (packets) => tell('lost', call, { packets }),
      }),
      mouth: new FrameMaker(instance.codec, encoderSettings),
      utterance: -1,
    });
  },
  packet: ({ timestamp, payload }, { ear }) => ear.packet(timestamp, payload, performance.now()),
  speech: ({ on, timestamp }, { ear }) => ear.speech(on, timestamp, performance.now()),
  muted: (order, { ear }) => ear.finish(),
  resumed: (order, { ear }) => ear.resumed(performance.now()),

  // Orders about an utterance that is not the current one come from before an interruption.
  utterance({ utterance, made48k }, entry) {
    entry.utterance = utterance;
    entry.mouth.begin(made48k);
  },
  again({ utterance, from48k }, entry) {
    if (utterance === entry.utterance) entry.mouth.again(from48k);
  },
  samples({ call, utterance, bytes, rateHz, channels }, entry) {
    if (utterance !== entry.utterance) return;
    entry.mouth.samples(samplesOf(bytes), rateHz, channels);
    tellPackets(call, entry);
  },
  mark({ call, utterance, mark }, entry) {
    if (utterance !== entry.utterance) return;
    tell('mark', call, { utterance, mark, made48k: entry.mouth.made48k });
  },
  finish({ call, utterance }, entry) {
    if (utterance !== entry.utterance) return;
    entry.mouth.finish();
    tellPackets(call, entry);
    tell('finished', call, { utterance });
  },
  close({ call }, { ear, mouth, instance }) {
    ear.delete();
    mouth.delete();
    instance.calls -= 1;
    calls.delete(call);
  },
};

function tellPackets(call, { mouth, utterance }) {
  const packets = mouth.take();
  if (packets.length > 0) tell('packets', call, { utterance, packets, made48k: mouth.made48k });
}

/** Sound arrives as bytes at any address; 16-bit views need an even one. */
function samplesOf(bytes) {
  const even = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Int16Array(even.buffer, even.byteOffset, even.byteLength >> 1);
}

parentPort.on('message', (order) => {
  const entry = calls.get(order.call);
  if (!entry && order.kind !== 'open') return;
  try {
    orders[order.kind](order, entry);
  } catch (error) {
    tell('failed', order.call, { message: String(error?.stack ?? error) });
  }
});
setInterval(() => {
  for (const { ear } of calls.values()) ear.tick(performance.now());
}, tickMs).unref();
