// A call's page side: it owns the microphone, the AudioContext and the session's thread, and joins them. Sound never passes here, unless
// the back end's own connection carries it; what passes is the session's news to the core and the core's wishes to the session.
//
//   getUserMedia ── granted ──┐
//   thread starts ── flows ───┴─> ready ─> connect … ─> end: microphone off at once, goodbye, then the rest
//
// That an engine keeps its microphone alive by itself (devices.ts), as its session does its socket, is what makes it one: the core hears
// what it can't mend.
import { release, type Opening } from '../call';
import { console_prefix, type Dispatch } from '../core';
import { enums, type CallReason, type Device, type EngineNews } from '../generated/messages';
import { Devices, type CallOpen, type DeviceList } from './devices';
import type { FromSession, ToSession } from './messages';
import { voice_module } from './module_file';
import { start_thread, type Thread } from './threads';

/** What is drawn and decides nothing. */
export interface EngineView {
  level(microphone: number, agent: number): void;
  devices(list: DeviceList): void;
}

export interface EnginePlan {
  dispatch: Dispatch;
  view: EngineView;
  worker_url: string;
  at(file: string): string;
  trusted(url: string): string;
  /** Without WebAssembly. */
  plain: boolean;
}

// How long the goodbye may take before the thread is ended without it.
const goodbye_ms_max = 500;

class Refused extends Error {
  constructor(readonly reason: CallReason) {
    super(reason);
  }
}

/** What no browser can do without. */
function require_parts(context: AudioContext | undefined): AudioContext {
  if (!context?.audioWorklet) throw new Refused('unsupported');
  return context;
}

function reason_of(error: unknown): CallReason {
  if (error instanceof Refused) return error.reason;
  // A policy without 'wasm-unsafe-eval' makes compiling fail; our own modules compile.
  return (error as Error).name === 'CompileError' ? 'refused_by_policy' : 'not_loaded';
}

export class Engine {
  private readonly attempt: number;
  private readonly devices: Devices;
  private readonly waiting: ToSession[] = [];
  private thread: Thread | undefined;
  private input: GainNode | undefined;
  private source: MediaStreamAudioSourceNode | undefined;
  private flows = false;
  private ready = false;
  private ended = false;

  constructor(
    command: CallOpen,
    private readonly opening: Opening,
    private readonly plan: EnginePlan,
  ) {
    this.attempt = command.attempt;
    this.devices = new Devices(command, opening, {
      dispatch: plan.dispatch,
      devices: plan.view.devices,
      take: (stream) => this.attach(stream),
      drop: () => this.source?.disconnect(),
    });
    void this.begin(command);
  }

  connect(url: string, ticket: string): void {
    this.tell({ is: 'connect', url, ticket });
  }

  /** From the back end, where the call's sound goes over its connection. */
  send(bytes: Uint8Array): void {
    this.tell({ is: 'sound', bytes });
  }

  mute(muted: boolean): void {
    this.devices.mute(muted);
    this.tell({ is: 'mute', on: muted });
  }

  talk(down: boolean): void {
    this.tell({ is: 'push', down });
  }

  pick(kind: Device, id: string): void {
    this.devices.pick(kind, id);
  }

  end(): void {
    if (this.ended) return;
    this.tell({ is: 'leave' });
    this.ended = true;
    this.devices.end();
    setTimeout(() => this.end_thread(), this.thread ? goodbye_ms_max : 0);
  }

  private end_thread(): void {
    this.thread?.end();
    this.thread = undefined;
    release(this.opening);
  }

  private async begin(command: CallOpen): Promise<void> {
    const asked = this.devices.begin();
    try {
      // Beside the browser's question, which takes longer.
      const thread = await this.start(command);
      if (this.ended) return thread.end();
      this.thread = thread;
      for (const message of this.waiting.splice(0)) thread.tell(message);
      console.info(`${console_prefix} voice: runs by way of "${thread.way}".`);
    } catch (error) {
      // A page without https has no worklets either, and the microphone's answer says why.
      if (await asked) this.gone(reason_of(error), error);
    }
  }

  private async start({ engine, push_to_talk, muted }: CallOpen): Promise<Thread> {
    const context = require_parts(this.opening.context);
    const { at, trusted, worker_url, plain } = this.plan;
    this.input = new GainNode(context);
    this.devices.watch(context);
    this.watch_network();
    const { sampleRate } = context;
    const session = voice_module(at, plain).then((module) => ({
      module,
      engine,
      capture_rate_hz: sampleRate,
      playback_rate_hz: sampleRate,
      push_to_talk,
      muted,
      seed: crypto.getRandomValues(new Uint8Array(32)),
    }));
    // A policy that refuses WebAssembly is known before any thread is.
    session.catch(() => undefined);
    return start_thread({
      context,
      input: this.input,
      worker_url,
      at,
      trusted,
      session,
      hear: (message) => this.hear(message),
    });
  }

  private watch_network(): void {
    const { signal } = this.devices.listening;
    for (const change of ['online', 'offline'])
      window.addEventListener(change, () => this.tell({ is: 'online', on: change === 'online' }), { signal });
  }

  private attach(stream: MediaStream): void {
    const { context } = this.opening;
    if (context && this.input) {
      this.source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
      this.source.connect(this.input);
    }
    this.say_ready();
  }

  private tell(message: ToSession): void {
    if (this.thread) this.thread.tell(message);
    else this.waiting.push(message);
  }

  private hear(message: FromSession): void {
    if (message.is === 'left') return this.end_thread();
    if (this.ended) return;
    switch (message.is) {
      case 'level':
        return this.plan.view.level(message.microphone, message.agent);
      case 'flows':
        this.flows = true;
        return this.say_ready();
      case 'said':
        this.plan.dispatch({ type: 'call_data', attempt: this.attempt, bytes: message.bytes });
        return;
      // The numbers are the session's own (wasm/voice/command_list.h), which are those of the core's words.
      case 'activity': {
        const state = enums.AgentActivity[message.state];
        if (state) this.plan.dispatch({ type: 'call_agent', attempt: this.attempt, state });
        return;
      }
      case 'news': {
        const state = enums.EngineNews[message.state];
        if (state) this.say(state, enums.CallReason[message.reason]);
        return;
      }
      case 'too_slow':
        return this.gone('unsupported', 'without WebAssembly this browser is too slow for speech');
      case 'crashed':
        this.thread?.kill();
        this.thread = undefined;
        this.gone('not_loaded', message.why);
    }
  }

  private say_ready(): void {
    if (this.ready || !this.flows || !this.devices.granted) return;
    this.ready = true;
    this.say('ready');
  }

  private gone(reason: CallReason, error: unknown): void {
    if (this.ended) return;
    console.error(`${console_prefix} voice: the engine of the call does not run.`, error);
    this.say('gone', reason);
  }

  private say(state: EngineNews, reason: CallReason = 'none'): void {
    this.plan.dispatch({ type: 'call_engine', attempt: this.attempt, state, reason });
  }
}
