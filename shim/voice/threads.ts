// The session's thread, in three ways, tried in this order:
//
//   own      a worker from the page's own origin: the file that the owner names, or ours where they lie on that origin
//   blob     a module worker from a blob: address: our file's own bytes, checked, from wherever it lies
//   worklet  where policy refuses both, or the owner says that there is none: the session inside the worklet, its socket here on the page
//
// A browser may only be from its own origin where workers are concerned; worklets may come from anywhere that the policy allows.
import { console_prefix } from '../core';
import { checked } from '../fetch';
import { voice_capture_js, voice_playback_js, voice_worker_js, voice_worklet_js } from '../files';
import type { FromSession, SessionPlan, ToSession } from './messages';
import { voice_bytes } from './module_file';
import { make_sockets } from './sockets';
import { start_blob_worker, start_own_worker } from './start_worker';

export interface Thread {
  way: 'own' | 'blob' | 'worklet';
  tell(message: ToSession): void;
  /** Ends it, once its socket's goodbye is on its way. */
  end(): void;
  /** Ends it at once and without a goodbye, for the server to keep the call. */
  kill(): void;
}

export interface ThreadPlan {
  context: AudioContext;
  /** The microphone comes in here. */
  input: AudioNode;
  /** The owner's own file; empty: not given; `none`: this page has no worker, and a try would cost a report. */
  worker_url: string;
  at(file: string): string;
  /** Vouches for a worker's address where the page wants that. */
  trusted(url: string): string;
  session: Promise<SessionPlan>;
  hear(message: FromSession): void;
}

const goodbye_ms = 1000;
// A worker that was killed, or hangs, says nothing of it. A page that was busy or frozen has not read the answers either, so it is
// not the time that counts but the questions, each of which gives the answers before it their turn.
const ask_every_ms = 2000;
const unanswered_max = 3;

async function in_worker(worker: Worker, way: Thread['way'], plan: ThreadPlan): Promise<Thread> {
  const { context, input, at, session, hear } = plan;
  try {
    await Promise.all(
      [voice_capture_js, voice_playback_js].map(async (file) =>
        context.audioWorklet.addModule(await checked(at(file))),
      ),
    );
    // One input and one output each, for browsers that run only what leads to the speaker. The capture's stays silent.
    const form = { outputChannelCount: [1] };
    const capture = new AudioWorkletNode(context, 'shopbell-capture', form);
    const playback = new AudioWorkletNode(context, 'shopbell-playback', form);
    const [to_capture, from_capture] = ports();
    const [to_playback, from_playback] = ports();
    capture.port.postMessage(to_capture, [to_capture]);
    playback.port.postMessage(to_playback, [to_playback]);
    let unanswered = 0;
    let asking: ReturnType<typeof setInterval> | undefined;
    const ask = (): void => {
      if (unanswered++ < unanswered_max) worker.postMessage({ is: 'ask' } satisfies ToSession);
      else hear({ is: 'crashed', why: 'the worker does not answer' });
    };
    worker.onmessage = ({ data }: MessageEvent<FromSession>) => {
      unanswered = 0;
      // Compiling may keep it busy for longer, before its first word.
      asking ??= setInterval(ask, ask_every_ms);
      hear(data);
    };
    worker.onerror = (event) => hear({ is: 'crashed', why: event.message });
    const be_silent = (): void => {
      clearInterval(asking);
      for (const node of [capture, playback]) {
        node.port.postMessage(undefined);
        node.disconnect();
      }
    };
    const start: ToSession = {
      is: 'start',
      plan: await session,
      capture: from_capture,
      playback: from_playback,
    };
    worker.postMessage(start, [from_capture, from_playback]);
    input.connect(capture).connect(context.destination);
    playback.connect(context.destination);
    return {
      way,
      tell: (message) => worker.postMessage(message),
      end() {
        be_silent();
        setTimeout(() => worker.terminate(), goodbye_ms);
      },
      kill() {
        be_silent();
        worker.onmessage = worker.onerror = null;
        worker.terminate();
      },
    };
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

function ports(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

async function in_worklet({ context, input, at, session, hear }: ThreadPlan): Promise<Thread> {
  const plan: SessionPlan = { ...(await session) };
  if (typeof plan.module === 'string') await context.audioWorklet.addModule(plan.module);
  else plan.module = await voice_bytes(at);
  await context.audioWorklet.addModule(await checked(at(voice_worklet_js)));
  const node = new AudioWorkletNode(context, 'shopbell-session', { outputChannelCount: [1] });
  const tell = (message: ToSession): void => node.port.postMessage(message);
  const sockets = make_sockets(tell);
  node.port.onmessage = ({ data }: MessageEvent<FromSession>) => {
    if (data.is === 'open') sockets.open(data.socket, data.url);
    else if (data.is === 'close') sockets.close(data.socket, data.code);
    else if (data.is === 'send') {
      sockets.send(data.socket, data.bytes);
      tell({ is: 'buffered', bytes: sockets.buffered_bytes() });
    } else hear(data);
  };
  node.onprocessorerror = () => hear({ is: 'crashed', why: 'the worklet stopped' });
  tell({ is: 'start', plan });
  input.connect(node).connect(context.destination);
  const end = (): void => {
    node.port.onmessage = node.onprocessorerror = null;
    sockets.end();
    node.disconnect();
  };
  return { way: 'worklet', tell, end, kill: end };
}

export async function start_thread(plan: ThreadPlan): Promise<Thread> {
  if (plan.worker_url === 'none') return in_worklet(plan);
  const file = plan.at(voice_worker_js);
  const own = plan.worker_url || (new URL(file).origin === location.origin ? file : '');
  const ways: [Thread['way'], () => Promise<Worker>][] = [
    ['blob', () => start_blob_worker(file, plan.trusted)],
  ];
  if (own) ways.unshift(['own', () => start_own_worker(own, own === file, plan.trusted)]);
  for (const [way, start] of ways) {
    let worker;
    try {
      worker = await start();
    } catch (error) {
      console.info(`${console_prefix} voice: no worker by way of "${way}" on this page.`, error);
      continue;
    }
    return in_worker(worker, way, plan);
  }
  return in_worklet(plan);
}
