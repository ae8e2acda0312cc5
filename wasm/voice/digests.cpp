// What of a call's way to the server decides (core/base/digest.h). Its sound is not fed: whoever compares states
// has calls in which nobody speaks (tests/simulation/small).
#include "core/base/digest.h"
#include "voice/voice_session.h"

namespace shopbell::voice {

void VoiceLink::digest(Digest& into) const {
  const auto& [out, counters, random, state, attempt, tries, was_live, told_lost, opened_at, welcomed_at,
               frame_at, retry_at, probe_until, ticket_until, url_bytes, ticket_bytes, url, ticket_text] =
      *this;
  into.is(random.state(), state, attempt > 0, tries, was_live, told_lost, url_bytes);
  into.moment(opened_at, limits::welcome_within);
  into.moment(welcomed_at, limits::settled_after);
  into.moment(frame_at, limits::silence_max);
  into.moment(retry_at);
  into.moment(probe_until);
  into.moment(ticket_until);
  into.secret({reinterpret_cast<const char*>(ticket_text.data()), ticket_bytes});
}

// Its base has members too, so that no binding can name them all.
void VoiceSession::digest(Digest& into) const {
  link_.digest(into);
  into.is(usable_, push_to_talk_, talking_, muted_, hello_muted_, speech_unsent_, interrupt_unsent_,
          uplink_.unsent(), playback_.expected());
}

}  // namespace shopbell::voice
