#include "backends/livekit_calls/token.h"

#include <initializer_list>

#include "core/wire/reader.h"
#include "core/wire/writer.h"

namespace shopbell::livekit {
namespace {

std::string first_of(const wire::Reader& reader, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto text = reader[name].text(); text && !text->empty()) return std::string(*text);
  return {};
}

bool is_socket_address(std::string_view url) {
  for (const std::string_view scheme : {"wss://", "ws://", "https://", "http://"})
    if (url.starts_with(scheme)) return true;
  return false;
}

}  // namespace

// Whoever knows a field takes it, and whoever does not passes it over.
HttpRequest token_request(const std::string& api_url, const Joining& joining) {
  const std::string room = joining.session.starts_with("chat-") ? joining.session : "chat-" + joining.session;
  wire::Writer body;
  body.object_begin();
  for (const std::string_view name : {"roomName", "room_name"}) body.key(name).text(room);
  for (const std::string_view name : {"participantName", "participant_name", "participant_identity"})
    body.key(name).text(joining.client);
  body.object_end();
  HttpRequest request{
      "POST", api_url + "/api/livekit/token", {{"Content-Type", "application/json"}}, body.take()};
  if (!joining.secret.empty()) request.headers.push_back({"X-Session-Secret", joining.secret.reveal()});
  return request;
}

VoiceOffer read_token(std::string_view json) {
  const wire::Document document = wire::parse(json);
  const wire::Reader root = document.root();
  const wire::Reader given = root["data"].is_object() ? root["data"] : root;
  VoiceOffer offer;
  offer.url = first_of(given, {"url", "server_url", "serverUrl"});
  offer.ticket = Private(first_of(given, {"token", "participant_token", "participantToken"}));
  if (!is_socket_address(offer.url) || offer.ticket.empty()) return {};
  return offer;
}

}  // namespace shopbell::livekit
