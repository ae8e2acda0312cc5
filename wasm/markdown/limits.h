// Limits of the Markdown module. Past any of them a text is shown as it was written, in one text node,
// and past a link's own limit the link becomes its text. Each is tested at the limit and one past it.
#pragma once

#include <cstddef>

namespace shopbell::markdown {

// Far above any agent's answer (a long one is 10 kB). The worst texts of this length, all brackets or
// ampersands, take md4c tens of milliseconds and make the module's memory grow to 25 MB; an ordinary text
// takes a tenth of the time.
inline constexpr std::size_t text_bytes_max = 128 * 1024;

// Elements inside elements. Browsers lay out recursively; people do not write ten levels.
inline constexpr std::size_t depth_max = 64;

// Elements and texts together. Also ends a table of 128 columns whose rows are one byte each early.
inline constexpr std::size_t nodes_max = 20'000;

// Of one link, after percent encoding. Shops' tracking links reach 2 kB.
inline constexpr std::size_t href_bytes_max = 4096;

// A full domain name is 253 bytes; with a port it is at most 259.
inline constexpr std::size_t host_bytes_max = 259;

}  // namespace shopbell::markdown
