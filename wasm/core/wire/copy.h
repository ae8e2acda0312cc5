// JSON from outside that goes out again: read, and written anew.
#pragma once

#include <string>
#include <string_view>

#include "core/wire/reader.h"

namespace shopbell::wire {

// Of a key that occurs twice the last one is there, as whoever reads it with JSON.parse would have it, so that two
// readers can't see two things in it.
std::string json_of(const Reader& value);

// The object that `json` is; empty: it is none.
std::string object_in(std::string_view json);

}  // namespace shopbell::wire
