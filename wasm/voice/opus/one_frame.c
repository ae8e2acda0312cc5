// Takes the place of src/repacketizer.c and src/extensions.c: our encoder's frames are 20 ms and its bitrate
// varies, so packets are never joined or padded, and none of these is ever reached.
#include "opus.h"
#include "src/opus_private.h"

int opus_packet_pad(unsigned char* data, opus_int32 len, opus_int32 new_len) {
  (void)data;
  (void)len;
  (void)new_len;
  return OPUS_UNIMPLEMENTED;
}

OpusRepacketizer* opus_repacketizer_init(OpusRepacketizer* rp) { return rp; }

int opus_repacketizer_cat(OpusRepacketizer* rp, const unsigned char* data, opus_int32 len) {
  (void)rp;
  (void)data;
  (void)len;
  return OPUS_UNIMPLEMENTED;
}

opus_int32 opus_repacketizer_out_range_impl(OpusRepacketizer* rp, int begin, int end, unsigned char* data,
                                            opus_int32 maxlen, int self_delimited, int pad,
                                            const opus_extension_data* extensions, int nb_extensions) {
  (void)rp;
  (void)begin;
  (void)end;
  (void)data;
  (void)maxlen;
  (void)self_delimited;
  (void)pad;
  (void)extensions;
  (void)nb_extensions;
  return OPUS_UNIMPLEMENTED;
}
