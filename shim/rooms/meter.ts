// How loud a stream is; with `aloud` it is played too.

export interface Meter {
  /** 0 to 1, of the last few milliseconds. */
  level(): number;
  end(): void;
}

export function make_meter(
  context: AudioContext | undefined,
  stream: MediaStream,
  aloud = false,
): Meter | undefined {
  if (!context) return undefined;
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  const samples = new Float32Array(analyser.fftSize);
  source.connect(analyser);
  // Chromium gives a connection's sound to Web Audio only while an element plays it as well.
  const pump = aloud ? new Audio() : undefined;
  if (pump) {
    source.connect(context.destination);
    pump.muted = true;
    pump.srcObject = stream;
    pump.play().catch(() => undefined);
  }
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
    },
    end() {
      source.disconnect();
      if (pump) pump.srcObject = null;
    },
  };
}
