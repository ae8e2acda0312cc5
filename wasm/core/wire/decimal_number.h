// A decimal number's value without the C library's strtod, whose 128-bit arithmetic weighs 6 kB (brotli) as
// WebAssembly.
#pragma once

namespace shopbell::wire {

// Reads a number of JSON's grammar from a NUL-terminated text. Exact where the digits fit in 2^53 and the
// power of ten in 10^22 (prices, counts, times); elsewhere right to about 14 digits. Too large: infinity.
double read_decimal(const char* text);

}  // namespace shopbell::wire
