// The engine of a call in a room of LiveKit's (CallOpen.engine `room`), page side: it joins the call's microphone and speaker to the room's
// client, which is a file of its own (livekit.js, client.ts) and is fetched here, at the first press where rooms are configured.
//
//   getUserMedia ── granted ──┐
//   livekit.js is there ──────┴─> ready ─> connect, and again whenever the core has another token … ─> end: leaves the room
//
// The agent is played through the call's AudioContext, as in every engine, so that one picked speaker is the speaker of all.
import { release, type Opening } from '../call';
import { console_prefix } from '../core';
import type { CallReason, Device, EngineNews } from '../generated/messages';
import { json_of } from '../json';
import { Devices, type CallOpen } from '../voice/devices';
import type { EnginePlan } from '../voice/engine';
import type { Client, make_client } from './client';
import { make_meter, type Meter } from './meter';

export type LoadClient = () => Promise<{ make_client: typeof make_client }>;

const level_every_ms = 100;

export class RoomEngine {
  private readonly attempt: number;
  private readonly devices: Devices;
  private readonly push_to_talk: boolean;
  private client: Client | undefined;
  private microphone: MediaStream | undefined;
  private own: Meter | undefined;
  private agent: Meter | undefined;
  private muted: boolean;
  private talks = false;
  private ready = false;
  private ended = false;

  constructor(
    command: CallOpen,
    private readonly opening: Opening,
    private readonly plan: EnginePlan,
    load: LoadClient,
  ) {
    this.attempt = command.attempt;
    this.push_to_talk = command.push_to_talk;
    this.muted = command.muted;
    this.devices = new Devices(command, opening, {
      dispatch: plan.dispatch,
      devices: plan.view.devices,
      take: (stream) => this.take(stream),
      drop: () => this.own?.end(),
    });
    void this.begin(load);
  }

  connect(url: string, token: string): void {
    void this.client?.connect(url, token);
  }

  /** Sound comes and goes by the room alone. */
  send(): void {}

  mute(muted: boolean): void {
    this.muted = muted;
    this.devices.mute(muted);
    this.speak();
  }

  talk(down: boolean): void {
    this.talks = down;
    this.speak();
  }

  pick(kind: Device, id: string): void {
    this.devices.pick(kind, id);
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.client?.leave();
    this.agent?.end();
    this.devices.end();
    release(this.opening);
  }

  private async begin(load: LoadClient): Promise<void> {
    const { context } = this.opening;
    const asked = this.devices.begin();
    if (context) this.devices.watch(context);
    try {
      const { make_client } = await load();
      if (this.ended) return;
      this.client = make_client({
        told: (what) => this.tell(what),
        news: (state, reason) => this.say(state, reason),
        heard: (stream) => this.hear(stream),
      });
      const { signal } = this.devices.listening;
      const timer = setInterval(() => this.draw(), level_every_ms);
      signal.addEventListener('abort', () => clearInterval(timer));
      this.offer();
    } catch (error) {
      if (!(await asked) || this.ended) return;
      console.error(`${console_prefix} voice: livekit.js could not be loaded.`, error);
      this.say('gone', 'not_loaded');
    }
  }

  private take(stream: MediaStream): void {
    this.microphone = stream;
    this.own?.end();
    this.own = make_meter(this.opening.context, stream);
    this.offer();
  }

  /** To the client, once both are there. */
  private offer(): void {
    if (!this.client || !this.microphone) return;
    this.client.speak(this.microphone);
    this.speak();
    if (this.ready) return;
    this.ready = true;
    this.say('ready');
  }

  private speak(): void {
    this.client?.mute(this.muted || (this.push_to_talk && !this.talks));
  }

  private hear(stream: MediaStream | undefined): void {
    this.agent?.end();
    this.agent = stream && make_meter(this.opening.context, stream, true);
  }

  private draw(): void {
    this.plan.view.level(this.muted ? 0 : (this.own?.level() ?? 0), this.agent?.level() ?? 0);
  }

  private tell(what: object): void {
    const bytes = new TextEncoder().encode(json_of(what));
    if (!this.ended) this.plan.dispatch({ type: 'call_data', attempt: this.attempt, bytes });
  }

  private say(state: EngineNews, reason: CallReason = 'none'): void {
    if (!this.ended) this.plan.dispatch({ type: 'call_engine', attempt: this.attempt, state, reason });
  }
}
