// A thread of the gateway that decodes and encodes for many calls, so that no sample is touched on the main thread. Orders and news are
// plain messages; codec_pool.mjs is the other end.
import { parentPort, workerData } from 'node:worker_threads';
import { CallCodec } from './call_codec.mjs';
import { callsPerInstance, CodecModule } from './codec_module.mjs';
import { earRateHz } from './turn_collector.mjs';

// Speech of one voice without music: more bits are not heard.
const settings = { bitrateBps: 28_000, complexity: 5 };
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

function open(call) {
  const instance = instanceWithRoom();
  const { codec } = instance;
  instance.calls += 1;
  const own = new CallCodec({
    decoder: codec.decoder(earRateHz),
    detector: codec.detector(earRateHz),
    ...{ codec, settings },
    tell: (kind, rest, transfer) => tell(kind, call, rest, transfer),
  });
  calls.set(call, { own, instance });
}

function close(call) {
  const { own, instance } = calls.get(call);
  own.delete();
  instance.calls -= 1;
  calls.delete(call);
}

parentPort.on('message', ({ kind, call, ...order }) => {
  if (!calls.has(call) && kind !== 'open') return;
  try {
    if (kind === 'open') open(call);
    else if (kind === 'close') close(call);
    else calls.get(call).own[kind](order);
  } catch (error) {
    tell('failed', call, { message: String(error?.stack ?? error) });
  }
});
setInterval(() => {
  for (const { own } of calls.values()) own.tick();
}, tickMs).unref();
