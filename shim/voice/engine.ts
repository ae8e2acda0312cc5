// A call's page side: it owns the microphone, the AudioContext and the session's thread, and joins them. Sound never passes here, unless
// the back end's own connection carries it; what passes is the session's news to the core and the core's wishes to the session.
//
//   getUserMedia ── granted ──┐
//   thread starts ── flows ───┴─> ready ─> connect … ─> end: microphone off at once, goodbye, then the rest
//
// A microphone that ends by itself (unplugged, permission taken back) is followed by the browser's choice of another; where there is
// none the core is told why, and a device that is plugged in later is taken up. That an engine keeps its microphone alive
// by itself, as its session does its socket, is what makes it one: the core hears what it can't mend.
import { release, type Opening } from '../call';
import { console_prefix, type Dispatch } from '../core';
import {
  enums,
  type CallReason,
  type Command,
  type Device,
  type EngineNews,
  type MicOutcome,
} from '../generated/messages';
import { ask_microphone, stop_microphone } from '../microphone';
import type { FromSession, ToSession } from './messages';
import { voice_module } from './module_file';
import { outcome_of } from './outcomes';
import { start_thread, type Thread } from './threads';

export interface Devices {
  microphones: MediaDeviceInfo[];
  /** Empty where the browser lets nobody pick. */
  speakers: MediaDeviceInfo[];
  microphone: string;
  speaker: string;
}

/** What is drawn and decides nothing. */
export interface EngineView {
  level(microphone: number, agent: number): void;
  devices(devices: Devices): void;
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

type CallOpen = Extract<Command, { type: 'call_open' }>;
type PickableContext = AudioContext & { setSinkId?(id: string): Promise<void> };

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
  private readonly listening = new AbortController();
  private readonly waiting: ToSession[] = [];
  private thread: Thread | undefined;
  private input: GainNode | undefined;
  private source: MediaStreamAudioSourceNode | undefined;
  private muted: boolean;
  private speaker: string;
  private granted = false;
  private lost_microphone = false;
  /** The microphone at hand, once the browser has listed it. */
  private listed = '';
  private flows = false;
  private ready = false;
  private ended = false;

  constructor(
    command: CallOpen,
    private readonly opening: Opening,
    private readonly plan: EnginePlan,
  ) {
    this.attempt = command.attempt;
    this.muted = command.muted;
    this.speaker = command.speaker;
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
    this.muted = muted;
    for (const track of this.tracks()) track.enabled = !muted;
    this.tell({ is: 'mute', on: muted });
  }

  talk(down: boolean): void {
    this.tell({ is: 'push', down });
  }

  pick(kind: Device, id: string): void {
    if (kind === 'speaker') void this.pick_speaker(id);
    else void this.use(ask_microphone(id, id !== ''), true);
  }

  end(): void {
    if (this.ended) return;
    this.tell({ is: 'leave' });
    this.ended = true;
    this.listening.abort();
    this.drop_source();
    // Whatever the browser still gives is let go too.
    this.opening.microphone.then(stop_microphone).catch(() => undefined);
    setTimeout(() => this.end_thread(), this.thread ? goodbye_ms_max : 0);
  }

  private end_thread(): void {
    this.thread?.end();
    this.thread = undefined;
    release(this.opening);
  }

  private async begin(command: CallOpen): Promise<void> {
    const asked = this.use(this.opening.microphone);
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
    this.watch(context);
    if (this.speaker) void this.pick_speaker(this.speaker);
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

  /** What the page goes through meanwhile. */
  private watch(context: AudioContext): void {
    const { signal } = this.listening;
    // A phone call or the page's own autoplay rules suspend the sound; a gesture may begin it again.
    const resume = (): void => void (context.state !== 'running' && context.resume().catch(() => undefined));
    context.addEventListener('statechange', resume, { signal });
    for (const gesture of ['pointerdown', 'keydown'])
      document.addEventListener(gesture, resume, { signal, capture: true });
    for (const change of ['online', 'offline'])
      window.addEventListener(change, () => this.tell({ is: 'online', on: change === 'online' }), { signal });
    navigator.mediaDevices?.addEventListener(
      'devicechange',
      () => {
        if (this.lost_microphone) void this.use(ask_microphone(''));
        else void this.list_devices();
      },
      { signal },
    );
  }

  /** Takes a microphone, and tells the core when that changes what it knows. `keep`: where there is none, the one at hand stays. */
  private async use(asked: Promise<MediaStream>, keep = false): Promise<boolean> {
    const tell = (outcome: MicOutcome, detail: string): void => {
      this.granted = outcome === 'granted';
      if (!this.ended) this.plan.dispatch({ type: 'call_mic', attempt: this.attempt, outcome, detail });
    };
    try {
      const stream = await asked;
      this.attach(stream);
    } catch (error) {
      console.warn(`${console_prefix} voice: no microphone.`, error);
      if (!keep || !this.granted) tell(await outcome_of(error), String(error));
      return this.granted;
    }
    this.lost_microphone = false;
    if (!this.granted) tell('granted', '');
    this.say_ready();
    void this.list_devices();
    return true;
  }

  private attach(stream: MediaStream): void {
    const { context } = this.opening;
    if (this.ended) return stop_microphone(stream);
    this.drop_source();
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.muted;
      track.addEventListener('ended', () => void this.lost(stream), { signal: this.listening.signal });
    }
    if (!context || !this.input) return;
    this.source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.source.connect(this.input);
  }

  private async lost(stream: MediaStream): Promise<void> {
    if (this.ended || this.source?.mediaStream !== stream) return;
    this.drop_source();
    this.lost_microphone = true;
    await this.use(ask_microphone(''));
  }

  private tracks(): MediaStreamTrack[] {
    return this.source?.mediaStream.getTracks() ?? [];
  }

  private drop_source(): void {
    if (!this.source) return;
    stop_microphone(this.source.mediaStream);
    this.source.disconnect();
    this.source = undefined;
  }

  private async pick_speaker(id: string): Promise<void> {
    try {
      await (this.opening.context as PickableContext | undefined)?.setSinkId?.(id);
      this.speaker = id;
    } catch (error) {
      console.warn(`${console_prefix} voice: the speaker could not be changed.`, error);
    }
    await this.list_devices();
  }

  private async list_devices(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const can_pick = (this.opening.context as PickableContext | undefined)?.setSinkId !== undefined;
    if (this.ended) return;
    const microphones = all.filter(({ kind }) => kind === 'audioinput');
    const microphone = this.tracks()[0]?.getSettings().deviceId ?? '';
    this.plan.view.devices({
      microphones,
      speakers: all.filter(({ kind }) => can_pick && kind === 'audiooutput'),
      microphone,
      speaker: this.speaker,
    });
    // WebKitGTK leaves the track of an unplugged microphone alive; it is only in the list no more.
    if (microphones.some(({ deviceId }) => deviceId === microphone)) this.listed = microphone;
    else if (this.source && microphone && microphone === this.listed) void this.lost(this.source.mediaStream);
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
    if (this.ready || !this.flows || !this.granted) return;
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
