// A call's microphone and speaker, whichever engine carries its sound: what was asked for at the press, what the shopper picks, and what
// becomes of them meanwhile.
//
// A microphone that ends by itself (unplugged, permission taken back) is followed by the browser's choice of another; where there is
// none the core is told why, and a device that is plugged in later is taken up.
import type { Opening } from '../call';
import { console_prefix, type Dispatch } from '../core';
import type { Command, Device, MicOutcome } from '../generated/messages';
import { ask_microphone, stop_microphone } from '../microphone';
import { outcome_of } from './outcomes';

export interface DeviceList {
  microphones: MediaDeviceInfo[];
  /** Empty where the browser lets nobody pick. */
  speakers: MediaDeviceInfo[];
  microphone: string;
  speaker: string;
}

export interface DevicesPlan {
  dispatch: Dispatch;
  /** What is drawn. */
  devices(list: DeviceList): void;
  /** The microphone, or another one. */
  take(stream: MediaStream): void;
  /** It is gone. */
  drop(): void;
}

export type CallOpen = Extract<Command, { type: 'call_open' }>;
type PickableContext = AudioContext & { setSinkId?(id: string): Promise<void> };

export class Devices {
  readonly listening = new AbortController();
  granted = false;
  private readonly attempt: number;
  private stream: MediaStream | undefined;
  private muted: boolean;
  private speaker: string;
  private lost_microphone = false;
  /** The microphone at hand, once the browser has listed it. */
  private listed = '';
  private ended = false;

  constructor(
    { attempt, muted, speaker }: CallOpen,
    private readonly opening: Opening,
    private readonly plan: DevicesPlan,
  ) {
    this.attempt = attempt;
    this.muted = muted;
    this.speaker = speaker;
  }

  /** @returns whether there is a microphone */
  begin(): Promise<boolean> {
    return this.use(this.opening.microphone);
  }

  mute(muted: boolean): void {
    this.muted = muted;
    for (const track of this.tracks()) track.enabled = !muted;
  }

  pick(kind: Device, id: string): void {
    if (kind === 'speaker') void this.pick_speaker(id);
    else void this.use(ask_microphone(id, id !== ''), true);
  }

  end(): void {
    this.ended = true;
    this.listening.abort();
    this.drop();
    // Whatever the browser still gives is let go too.
    this.opening.microphone.then(stop_microphone).catch(() => undefined);
  }

  /** What the page goes through meanwhile. */
  watch(context: AudioContext): void {
    const { signal } = this.listening;
    if (this.speaker) void this.pick_speaker(this.speaker);
    // A phone call or the page's own autoplay rules suspend the sound; a gesture may begin it again.
    const resume = (): void => void (context.state !== 'running' && context.resume().catch(() => undefined));
    context.addEventListener('statechange', resume, { signal });
    for (const gesture of ['pointerdown', 'keydown'])
      document.addEventListener(gesture, resume, { signal, capture: true });
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
    if (this.stream) this.plan.take(this.stream);
    void this.list_devices();
    return true;
  }

  private attach(stream: MediaStream): void {
    if (this.ended) return stop_microphone(stream);
    this.drop();
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.muted;
      track.addEventListener('ended', () => void this.lost(stream), { signal: this.listening.signal });
    }
    this.stream = stream;
  }

  private async lost(stream: MediaStream): Promise<void> {
    if (this.ended || this.stream !== stream) return;
    this.drop();
    this.lost_microphone = true;
    await this.use(ask_microphone(''));
  }

  private tracks(): MediaStreamTrack[] {
    return this.stream?.getTracks() ?? [];
  }

  private drop(): void {
    if (!this.stream) return;
    stop_microphone(this.stream);
    this.plan.drop();
    this.stream = undefined;
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
    this.plan.devices({
      microphones,
      speakers: all.filter(({ kind }) => can_pick && kind === 'audiooutput'),
      microphone,
      speaker: this.speaker,
    });
    // WebKitGTK leaves the track of an unplugged microphone alive; it is only in the list no more.
    if (microphones.some(({ deviceId }) => deviceId === microphone)) this.listed = microphone;
    else if (this.stream && microphone && microphone === this.listed) void this.lost(this.stream);
  }
}
