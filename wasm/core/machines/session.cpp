#include "core/machines/session.h"

#include "core/base/text.h"

namespace shopbell {

void Session::ensure_client(Wall now, Random& random) {
  if (record_.client_id.empty()) record_.client_id = "client_" + decimal(now.ms) + "_" + random.base36(9);
}

void Session::join(std::string id, Private<std::string> secret, std::uint32_t epoch, Wall now) {
  // By this browser's clock: the server's may differ, and it says itself when a session is over.
  if (id != record_.session_id) record_.expires_ms = (now + limits::session_age_max).ms;
  record_.session_id = std::move(id);
  if (!secret.empty()) record_.secret = std::move(secret);
  record_.epoch = epoch;
}

bool Session::prove(Private<std::string> secret) {
  if (!record_.secret.empty() || secret.empty()) return false;
  record_.secret = std::move(secret);
  return true;
}

bool Session::ensure(Wall now, Random& random) {
  if (live(now)) return false;
  ensure_client(now, random);
  record_.session_id = record_.client_id + "_" + decimal(now.ms);
  record_.secret = {};
  record_.expires_ms = (now + limits::session_age_max).ms;
  return true;
}

}  // namespace shopbell
