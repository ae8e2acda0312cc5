// Digest: what a state comes to, as one number, for whoever compares states (tests/simulation/small).
//
// Theory of operation. Two states are one where nothing that may follow could tell them apart. So a machine
// does not feed its members as they are, but what of them decides:
//
//   is       as it is
//   moment   how long until then; behind us, how long ago, up to the bound from which on it makes no difference.
//            What lies further ahead than an hour is far: nobody who compares states looks so far
//   order    a wall clock's time that people read and rows are ordered by: its rank among all of them, whether a
//            few steps of 1 ms would lead to the next one, and how far ahead of the clocks it lies
//   name     what was drawn: which of the names, in the order in which they are first met. Of messages' ids also
//            which is the greater one: rows of one moment stand in their order, and storage gives them so
//   number   what was counted, to tell one from the other: likewise
//   secret   a name; whoever keeps only its hash feeds that as one (`hash_of_secret`)
//   text     JSON and frames, in which all of these may lie
//
// Each machine has a `digest` beside those of its room, which names all of its members: one that is added does
// not compile until somebody has said what of it decides. Nothing of this is in a page's module.
//
// A word is taken in by one wide multiplication whose halves are folded, as wyhash does (Wang Yi, public domain).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/private.h"
#include "core/base/time.h"

namespace shopbell {

class Digest {
 public:
  // What it gives, and every name that is fed, stays where it is until the end.
  using HashOfSecret = std::string_view (*)(std::string_view);
  explicit Digest(HashOfSecret hash_of_secret = nullptr) : hash_of_secret_(hash_of_secret) {}

  // All that is fed is told, for whoever looks for where two states part.
  void tell(std::vector<std::string>& told) { told_ = &told; }

  // The clocks by which moments are told from here on. Each is one of the times that are ordered.
  void at(Now now) {
    now_ = now;
    clocks_.push_back(now.wall.ms);
    order(now.wall.ms);
  }
  Now now() const { return now_; }

  template <class... Values>
  void is(const Values&... values) {
    (one(values), ...);
  }

  void moment(Mono at, Ms past = {}) { span(at.ms - now_.mono.ms, past); }
  void moment(Wall at, Ms past = {}) { span(at.ms - now_.wall.ms, past); }
  // Of an age that is counted in hours.
  void hours(Wall at) { one(std::floor((at - now_.wall).value / 3'600'000)); }

  void order(double ms) {
    if (masked_) return;
    feed(orders_.size());
    orders_.push_back(ms);
  }

  void name(std::string_view name) {
    if (name.empty()) return feed(0);
    met(names_, name);
  }
  // One that was made for this.
  void name_made(std::string made) { name(made_.emplace_back(std::move(made))); }
  template <class Names>
  void names(const Names& names) {
    feed(names.size());
    for (const auto& one : names) name(one);
  }

  // `kind`: whose numbers these are. 0 is none.
  void number(char kind, std::uint64_t number) {
    if (number == 0) return feed(0);
    met(numbers_, std::pair(kind, number));
  }

  void secret(std::string_view secret) {
    name(secret.empty() || !hash_of_secret_ ? secret : hash_of_secret_(secret));
  }

  void text(std::string_view text);

  // Things without an order of their own: in that of what `feed_key` feeds of each, while all names that were not
  // met yet are one.
  template <class Things, class Key, class Feed>
  void any_order(const Things& things, Key feed_key, Feed feed_one) {
    feed(things.size());
    if (things.size() < 2) {
      for (const auto& thing : things) feed_one(thing);
      return;
    }
    std::vector<std::pair<std::uint64_t, decltype(&*things.begin())>> sorted;
    const std::uint64_t kept = hash_;
    const bool was_masked = std::exchange(masked_, true);
    for (const auto& thing : things) {
      hash_ = 0;
      feed_key(thing);
      sorted.emplace_back(hash_, &thing);
    }
    masked_ = was_masked;
    hash_ = kept;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [hash, thing] : sorted) feed_one(*thing);
  }

  // Feeds the ranks; nothing may follow.
  std::uint64_t end();

 private:
  static constexpr double far_ms = 3'600'000;
  static constexpr double steps_ms = 16;  // more of them than rows that small worlds put
  // Times that were summed up in another order differ in their last bits.
  static constexpr std::string_view client = "client";
  static constexpr std::size_t word_bytes_min = 12;
  static constexpr std::size_t message_id_bytes = 25;
  // The row that is no message's and stands among them: rows of one moment stand by their ids.
  static constexpr std::string_view notice = "link";
  static bool is_of_word(char c) {
    static constexpr auto of_word = [] {
      std::array<bool, 256> of_word{};
      for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyz"))
        of_word[static_cast<unsigned char>(c)] = true;
      return of_word;
    }();
    return of_word[static_cast<unsigned char>(c)];
  }
  static double rounded(double ms) { return std::floor(ms * 16 + 0.5); }

  template <class Value>
  void say(std::string_view what, const Value& value) {
    if (!told_ || masked_) return;
    if constexpr (std::is_arithmetic_v<Value>)
      told_->push_back(std::string(what) + std::to_string(value));
    else
      told_->push_back(std::string(what) + std::string(value));
  }
  void feed(std::uint64_t word) {
    say("", word);
    // Both halves of the product.
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(hash_ ^ word) * 0x9e3779b97f4a7c15;
    hash_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  void bytes(std::string_view bytes) {
    say("text ", bytes);
    feed(bytes.size());
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) feed(word_of(bytes));
    if (!bytes.empty()) feed(word_of(bytes));
  }
  static std::uint64_t word_of(std::string_view bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), std::min<std::size_t>(8, bytes.size()));
    return word;
  }
  void span(double ms, Ms past) {
    const double told_ms = rounded(std::clamp(ms, -past.value, far_ms)) / 16;
    say("span ", told_ms);
    one(told_ms);
  }

  template <class Value>
  void one(const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view>)
      bytes(value);
    else if constexpr (std::is_floating_point_v<Value>)
      feed(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
    else if constexpr (std::is_enum_v<Value> || std::is_integral_v<Value>)
      feed(static_cast<std::uint64_t>(value));
    else if constexpr (is_private<Value>)
      one(value.reveal());
    else {
      feed(value.size());
      for (const auto& each : value) one(each);
    }
  }

  // Which of those it is, in the order in which they are first met.
  template <class One>
  void met(std::vector<One>& known, const One& one) {
    const auto place = static_cast<std::size_t>(std::find(known.begin(), known.end(), one) - known.begin());
    if (place == known.size() && masked_) return feed(1);
    if (place == known.size()) known.push_back(one);
    feed(2 + place);
  }

  void word_in(std::string_view text, std::size_t from, std::size_t& at, std::size_t& told);

  HashOfSecret hash_of_secret_;
  std::uint64_t hash_ = 0x9ae16a3b2f90404f;
  std::vector<std::string>* told_ = nullptr;
  Now now_;
  bool masked_ = false;
  std::vector<std::string_view> names_;
  std::deque<std::string> made_;
  std::vector<std::pair<char, std::uint64_t>> numbers_;
  std::vector<double> orders_;
  std::vector<double> clocks_;
};

// Runs of digits and small letters are what drawn names and times look like, long ones.
inline void Digest::text(std::string_view text) {
  std::size_t told = 0;  // of the text, up to here
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    while (at < text.size() && is_of_word(text[at])) ++at;
    if (at - from >= word_bytes_min || text.substr(from, at - from) == client) word_in(text, from, at, told);
    while (at < text.size() && !is_of_word(text[at])) ++at;
  }
  bytes(text.substr(told));
}

// The word that begins at `from` and ends at `at`. What is no name and no time is told as it is, later on.
inline void Digest::word_in(std::string_view text, std::size_t from, std::size_t& at, std::size_t& told) {
  const std::string_view before = text.substr(0, from);
  std::string_view word = text.substr(from, at - from);
  const auto tell_before = [&] { bytes(text.substr(told, from - told)); };
  if (word == client && at < text.size() && text[at] == '_') {  // client_<time>_<drawn>
    while (at < text.size() && text[at] != '"') ++at;
    tell_before();
    name(text.substr(from, at - from));
    told = at;
    return;
  }
  const bool is_time = word.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_time) {
    double ms = 0;
    for (const char digit : word) ms = ms * 10 + (digit - '0');
    if (text.substr(at, 2) == ".5") {
      ms += 0.5;
      at += 2;
    }
    tell_before();
    before.ends_with("\"expires_ms\":") ? hours(Wall{ms}) : order(ms);
    told = at;
    return;
  }
  // A message's id, or what a server draws; a tab's name; what was met elsewhere.
  const bool is_tab = word.size() == 12 && (before.ends_with("\"tab\":\"") || before.ends_with(".tab."));
  const bool is_name = word.size() == message_id_bytes || word.size() == 32 || is_tab;
  if (!is_name && std::find(names_.begin(), names_.end(), word) == names_.end()) return;
  tell_before();
  if (before.ends_with("\"secret\":\"") || before.ends_with("\"ticket\":\""))
    secret(word);
  else
    name(word);
  told = at;
}

inline std::uint64_t Digest::end() {
  std::vector<double> sorted = orders_;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (const double ms : orders_) {
    say("ordered: ", ms);
    feed(static_cast<std::uint64_t>(std::lower_bound(sorted.begin(), sorted.end(), ms) - sorted.begin()));
  }
  std::sort(clocks_.begin(), clocks_.end());
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    say("ordered: ", sorted[i]);
    one(rounded(std::min(sorted[i] - sorted[i - 1], steps_ms)));
    // The next clock to get there.
    const auto beyond = std::lower_bound(clocks_.begin(), clocks_.end(), sorted[i]);
    if (beyond != clocks_.begin()) one(rounded(std::min(sorted[i] - *(beyond - 1), far_ms)));
  }
  std::vector<std::string_view> ids;
  std::copy_if(names_.begin(), names_.end(), std::back_inserter(ids),
               [](std::string_view name) { return name.size() == message_id_bytes; });
  ids.push_back(notice);
  for (const std::string_view one : ids)
    feed(static_cast<std::uint64_t>(
        std::count_if(ids.begin(), ids.end(), [&](std::string_view other) { return other < one; })));
  return hash_;
}

}  // namespace shopbell
