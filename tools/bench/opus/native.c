// The native contenders of `npm run bench -- opus`: one codec of the same sources, told by lines what to do,
// so that the driver can alternate between all contenders.
//   opus_bench PCM      48 kHz mono floats
//   open COMPLEXITY     new encoder and decoder
//   encode FROM TO      frames; answers microseconds and bytes
//   decode FROM TO      the packets that encode made last; answers microseconds
#include <opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { frame_samples = 960, packet_bytes_max = 1275 };

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(int count, char** names) {
  FILE* file = count == 2 ? fopen(names[1], "rb") : NULL;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  const long frames = ftell(file) / (long)(frame_samples * sizeof(float));
  rewind(file);
  float* pcm = malloc((size_t)frames * frame_samples * sizeof(float));
  unsigned char* packets = malloc((size_t)frames * packet_bytes_max);
  int* bytes = calloc((size_t)frames, sizeof(int));
  if (!pcm || !packets || !bytes ||
      fread(pcm, frame_samples * sizeof(float), (size_t)frames, file) != (size_t)frames)
    return 3;

  int error = 0;
  OpusEncoder* encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
  OpusDecoder* decoder = opus_decoder_create(48000, 1, &error);
  if (!encoder || !decoder) return 4;
  char what[16];
  long from = 0, to = 0;
  while (scanf("%15s %ld", what, &from) == 2) {
    if (strcmp(what, "open") == 0) {
      opus_encoder_init(encoder, 48000, 1, OPUS_APPLICATION_VOIP);
      opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY((opus_int32)from));
      opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000));
      opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
      opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(5));
      opus_decoder_init(decoder, 48000, 1);
      continue;
    }
    if (scanf("%ld", &to) != 1 || from < 0 || to > frames) return 5;
    const int encodes = strcmp(what, "encode") == 0;
    float out[frame_samples];
    long all = 0;
    const double started_us = now_us();
    for (long i = from; i < to; ++i) {
      unsigned char* packet = packets + i * packet_bytes_max;
      if (encodes)
        all += bytes[i] =
            opus_encode_float(encoder, pcm + i * frame_samples, frame_samples, packet, packet_bytes_max);
      else
        all += opus_decode_float(decoder, packet, bytes[i], out, frame_samples, 0);
    }
    printf("%.1f %ld\n", now_us() - started_us, all);
    fflush(stdout);
  }
  return 0;
}
