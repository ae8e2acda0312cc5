// Character references (`&amp;`, `&#39;`, `&#x27;`) to text.
//
// md4c recognises their form and leaves their meaning to us. Known names are those of HTML 4 and the few
// others that the CommonMark specification's examples use. The full list of HTML 5 (2,125 names) would add
// 14 kB (brotli) to a module of about 25, for names such as `&boxHd;` that no shop's agent writes; an unknown
// name stays as it was written.
#pragma once

#include <string>
#include <string_view>

namespace shopbell::markdown {

// `reference` runs from `&` to `;`.
void append_entity(std::string& out, std::string_view reference);

}  // namespace shopbell::markdown
