/** Its light goes off. */
export const stop_microphone = (stream: MediaStream): void =>
  stream.getTracks().forEach((track) => track.stop());

// The one way in which the microphone is asked for. `id` as in MediaDeviceInfo; empty: the browser's choice.
export const ask_microphone = async (id: string, must = false): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({
    audio: {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      deviceId: must ? { exact: id } : id,
    },
  });
