// CELT's tables, worked out at the first use instead of shipped: cosines do not compress, and these are 13 kB
// of them. Takes the place of celt/modes.c, which is included below without them; each of its tables has an
// include guard of its own for that.
#define FFT_TWIDDLES48000_960
#define MDCT_TWIDDLES960
#define DEF_WINDOW120

#include "modes.h"

#include <math.h>

enum { fft_size = 480, window_size = 120, mdct_size = 1920 };

static opus_val16 window120[window_size];
static kiss_twiddle_cpx fft_twiddles48000_960[fft_size];
static opus_int16 fft_bitrev480[480];
static opus_int16 fft_bitrev240[240];
static opus_int16 fft_bitrev120[120];
static opus_int16 fft_bitrev60[60];
static kiss_twiddle_scalar mdct_twiddles960[mdct_size / 2 + mdct_size / 4 + mdct_size / 8 + mdct_size / 16];

// Radix and remaining length of each stage. The last three use every second, fourth and eighth twiddle of the
// first.
#define FFT(size, shift, ...) \
  {size, 1.f / size, shift, {__VA_ARGS__}, fft_bitrev##size, fft_twiddles48000_960, NULL}
static const kiss_fft_state fft_state48000_960_0 = FFT(480, -1, 5, 96, 3, 32, 4, 8, 2, 4, 4, 1);
static const kiss_fft_state fft_state48000_960_1 = FFT(240, 1, 5, 48, 3, 16, 4, 4, 4, 1);
static const kiss_fft_state fft_state48000_960_2 = FFT(120, 2, 5, 24, 3, 8, 2, 4, 4, 1);
static const kiss_fft_state fft_state48000_960_3 = FFT(60, 3, 5, 12, 3, 4, 4, 1);

#define opus_custom_mode_create upstream_mode_create
#include "celt/modes.c"
#undef opus_custom_mode_create

static const double pi = 3.14159265358979323846;

// Where the inputs of a mixed-radix FFT go: the digits of each place, read in the stages' radices, in the
// opposite order.
static void fill_bitrev(opus_int16* table, const kiss_fft_state* fft) {
  for (int in = 0; in < fft->nfft; ++in) {
    int out = 0;
    int rest = in;
    for (int stage = 0, m = fft->nfft; m > 1; ++stage) {
      const int radix = fft->factors[2 * stage];
      m /= radix;
      out += rest % radix * m;
      rest /= radix;
    }
    table[in] = (opus_int16)out;
  }
}

static void fill_tables(void) {
  for (int i = 0; i < window_size; ++i) {
    const double rise = sin(.5 * pi * (i + .5) / window_size);
    window120[i] = (float)sin(.5 * pi * rise * rise);
  }
  for (int i = 0; i < fft_size; ++i) {
    const double phase = -2 * pi / fft_size * i;
    fft_twiddles48000_960[i].r = (float)cos(phase);
    fft_twiddles48000_960[i].i = (float)sin(phase);
  }
  kiss_twiddle_scalar* twiddle = mdct_twiddles960;
  for (int size = mdct_size; size > mdct_size / 16; size /= 2)
    for (int i = 0; i < size / 2; ++i) *twiddle++ = (float)cos(2 * pi * (i + .125) / size);
  fill_bitrev(fft_bitrev480, &fft_state48000_960_0);
  fill_bitrev(fft_bitrev240, &fft_state48000_960_1);
  fill_bitrev(fft_bitrev120, &fft_state48000_960_2);
  fill_bitrev(fft_bitrev60, &fft_state48000_960_3);
}

CELTMode* opus_custom_mode_create(opus_int32 rate_hz, int frame_samples, int* error) {
  // Natively several threads may begin at once: each writes the same values, and reads them after it has
  // written them all.
  static volatile int filled;
  if (!filled) {
    fill_tables();
    filled = 1;
  }
  return upstream_mode_create(rate_hz, frame_samples, error);
}
