// Session ids, secrets and tickets: 128 bits each, from a seed of 32 bytes that comes from the outside's
// cryptographic source once at start.
//
// SHA-256 in counter mode with key erasure: every draw makes the next key and the output from the present key
// and forgets that, so what was drawn before cannot be computed from the memory of a later moment. core's
// Random is not for this: its outputs tell its state.
#pragma once

#include <string>
#include <string_view>

#include "registry/parts/sha256.h"

namespace shopbell::registry {

class Secrets {
 public:
  explicit Secrets(std::string_view seed) : key_(sha256(seed)) {}

  // 32 hex digits.
  std::string draw() {
    const std::string_view key(reinterpret_cast<const char*>(key_.data()), key_.size());
    const Digest output = sha256(std::string(key) + "output");
    key_ = sha256(std::string(key) + "next");
    return hex(output.data(), 16);
  }

 private:
  Digest key_;
};

}  // namespace shopbell::registry
