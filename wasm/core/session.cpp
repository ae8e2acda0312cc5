#include "core/session.h"

#include "core/text.h"

namespace shopbell {

bool Session::ensure(Wall now, Random& random) {
  if (live(now)) return false;
  if (record_.client_id.empty()) record_.client_id = "client_" + decimal(now.ms) + "_" + random.base36(9);
  record_.session_id = record_.client_id + "_" + decimal(now.ms);
  record_.expires_ms = (now + limits::session_age_max).ms;
  return true;
}

}  // namespace shopbell
