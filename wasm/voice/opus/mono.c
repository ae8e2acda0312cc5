// Takes the place of the encoder's half of SILK's stereo (silk/stereo_LR_to_MS.c, stereo_find_predictor.c,
// stereo_quant_pred.c, stereo_encode_pred.c): our encoder is mono, and none of these is ever reached.
#include "main.h"

void silk_stereo_LR_to_MS(stereo_enc_state* state, opus_int16 x1[], opus_int16 x2[], opus_int8 ix[2][3],
                          opus_int8* mid_only_flag, opus_int32 mid_side_rates_bps[],
                          opus_int32 total_rate_bps, opus_int prev_speech_act_Q8, opus_int toMono,
                          opus_int fs_kHz, opus_int frame_length) {
  (void)state, (void)x1, (void)x2, (void)ix, (void)mid_only_flag, (void)mid_side_rates_bps,
      (void)total_rate_bps;
  (void)prev_speech_act_Q8, (void)toMono, (void)fs_kHz, (void)frame_length;
  __builtin_trap();
}

void silk_stereo_encode_pred(ec_enc* psRangeEnc, opus_int8 ix[2][3]) {
  (void)psRangeEnc, (void)ix;
  __builtin_trap();
}

void silk_stereo_encode_mid_only(ec_enc* psRangeEnc, opus_int8 mid_only_flag) {
  (void)psRangeEnc, (void)mid_only_flag;
  __builtin_trap();
}
