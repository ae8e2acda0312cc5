// Takes the place of silk/NSQ.c and silk/x86/NSQ_sse4_1.c, the noise shaping quantizer that complexities 0
// and 1 use: the one with delayed decision does the same with a single state, a little slower, and its code
// is there anyway.
#include "main.h"

#ifdef OVERRIDE_silk_NSQ
#define plain_nsq silk_NSQ_sse4_1
#define delayed_nsq silk_NSQ_del_dec_sse4_1
#else
#define plain_nsq silk_NSQ_c
#define delayed_nsq silk_NSQ_del_dec_c
#endif

void plain_nsq(const silk_encoder_state* psEncC, silk_nsq_state* NSQ, SideInfoIndices* psIndices,
               const opus_int16 x16[], opus_int8 pulses[], const opus_int16* PredCoef_Q12,
               const opus_int16 LTPCoef_Q14[LTP_ORDER * MAX_NB_SUBFR],
               const opus_int16 AR_Q13[MAX_NB_SUBFR * MAX_SHAPE_LPC_ORDER],
               const opus_int HarmShapeGain_Q14[MAX_NB_SUBFR], const opus_int Tilt_Q14[MAX_NB_SUBFR],
               const opus_int32 LF_shp_Q14[MAX_NB_SUBFR], const opus_int32 Gains_Q16[MAX_NB_SUBFR],
               const opus_int pitchL[MAX_NB_SUBFR], const opus_int Lambda_Q10, const opus_int LTP_scale_Q14) {
  delayed_nsq(psEncC, NSQ, psIndices, x16, pulses, PredCoef_Q12, LTPCoef_Q14, AR_Q13, HarmShapeGain_Q14,
              Tilt_Q14, LF_shp_Q14, Gains_Q16, pitchL, Lambda_Q10, LTP_scale_Q14);
}
