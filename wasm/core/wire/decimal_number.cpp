#include "core/wire/decimal_number.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace shopbell::wire {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

double read_decimal(const char* text) {
  const bool negative = *text == '-';
  if (negative) ++text;

  // 19 digits always fit; the ones after them only move the exponent.
  std::uint64_t digits = 0;
  int exponent = 0;
  bool point = false;
  for (; is_digit(*text) || (*text == '.' && !point); ++text) {
    if (*text == '.') {
      point = true;
    } else if (digits < 1'000'000'000'000'000'000u) {
      digits = digits * 10 + static_cast<std::uint64_t>(*text - '0');
      exponent -= point;
    } else {
      exponent += !point;
    }
  }
  if (*text == 'e' || *text == 'E') {
    ++text;
    const bool down = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    int written = 0;
    for (; is_digit(*text); ++text) {
      if (written < 100'000'000) written = written * 10 + (*text - '0');
    }
    exponent += down ? -written : written;
  }

  // Powers up to 10^22 are doubles without error, so one multiplication or division by one is rounded
  // correctly.
  auto value = static_cast<double>(digits);
  while (exponent != 0 && value != 0 && std::isfinite(value)) {
    const int step = std::clamp(exponent, -22, 22);
    double power = 1;
    for (int i = 0; i < std::abs(step); ++i) power *= 10;
    value = step < 0 ? value / power : value * power;
    exponent -= step;
  }
  return negative ? -value : value;
}

}  // namespace shopbell::wire
