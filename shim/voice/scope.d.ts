// AudioWorkletGlobalScope (Web Audio API, section 1.32.3), which TypeScript's DOM library leaves out. It has no URL, TextDecoder, fetch,
// performance or timers, whatever the DOM library says.
declare const sampleRate: number;
declare const currentTime: number;
declare const currentFrame: number;

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
