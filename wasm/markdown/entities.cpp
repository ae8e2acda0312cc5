// Character references to text (see entities.h).
#include "entities.h"

#include <cstdint>
#include <cstring>

#include "utf8.h"

namespace shopbell::markdown {
namespace {

// Latin-1's names, U+00A0 to U+00FF without a gap, so that the place is the code point.
constexpr char latin_names[] =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn "
    "sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave "
    "Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
    "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN "
    "szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute "
    "icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml "
    "yacute thorn yuml ";

// The others: names here, code points below, in the same order. `lang` and `rang` have HTML 5's values.
constexpr char other_names[] =
    "quot amp apos lt gt Dcaron OElig oelig Scaron scaron Yuml fnof circ tilde Alpha Beta Gamma "
    "Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi "
    "Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron "
    "pi rho sigmaf sigma tau upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp zwnj zwj "
    "lrm rlm ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime "
    "Prime lsaquo rsaquo oline frasl euro HilbertSpace image weierp real trade alefsym DifferentialD "
    "larr uarr rarr darr harr crarr lArr uArr rArr dArr hArr forall part exist empty nabla isin "
    "notin ni prod sum minus lowast radic prop infin ang and or cap cup int ClockwiseContourIntegral "
    "there4 sim cong asymp ne equiv le ge sub sup nsub sube supe oplus otimes perp sdot lceil rceil "
    "lfloor rfloor lang rang loz spades clubs hearts diams ";

constexpr std::uint16_t other_code_points[] = {
    0x22,   0x26,   0x27,   0x3C,   0x3E,   0x010E, 0x0152, 0x0153, 0x0160, 0x0161, 0x0178, 0x0192, 0x02C6,
    0x02DC, 0x0391, 0x0392, 0x0393, 0x0394, 0x0395, 0x0396, 0x0397, 0x0398, 0x0399, 0x039A, 0x039B, 0x039C,
    0x039D, 0x039E, 0x039F, 0x03A0, 0x03A1, 0x03A3, 0x03A4, 0x03A5, 0x03A6, 0x03A7, 0x03A8, 0x03A9, 0x03B1,
    0x03B2, 0x03B3, 0x03B4, 0x03B5, 0x03B6, 0x03B7, 0x03B8, 0x03B9, 0x03BA, 0x03BB, 0x03BC, 0x03BD, 0x03BE,
    0x03BF, 0x03C0, 0x03C1, 0x03C2, 0x03C3, 0x03C4, 0x03C5, 0x03C6, 0x03C7, 0x03C8, 0x03C9, 0x03D1, 0x03D2,
    0x03D6, 0x2002, 0x2003, 0x2009, 0x200C, 0x200D, 0x200E, 0x200F, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A,
    0x201C, 0x201D, 0x201E, 0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x203E,
    0x2044, 0x20AC, 0x210B, 0x2111, 0x2118, 0x211C, 0x2122, 0x2135, 0x2146, 0x2190, 0x2191, 0x2192, 0x2193,
    0x2194, 0x21B5, 0x21D0, 0x21D1, 0x21D2, 0x21D3, 0x21D4, 0x2200, 0x2202, 0x2203, 0x2205, 0x2207, 0x2208,
    0x2209, 0x220B, 0x220F, 0x2211, 0x2212, 0x2217, 0x221A, 0x221D, 0x221E, 0x2220, 0x2227, 0x2228, 0x2229,
    0x222A, 0x222B, 0x2232, 0x2234, 0x223C, 0x2245, 0x2248, 0x2260, 0x2261, 0x2264, 0x2265, 0x2282, 0x2283,
    0x2284, 0x2286, 0x2287, 0x2295, 0x2297, 0x22A5, 0x22C5, 0x2308, 0x2309, 0x230A, 0x230B, 0x27E8, 0x27E9,
    0x25CA, 0x2660, 0x2663, 0x2665, 0x2666};

constexpr std::size_t count_names(const char* names) {
  std::size_t count = 0;
  for (; *names != '\0'; ++names) count += *names == ' ';
  return count;
}
static_assert(count_names(latin_names) == 0x100 - 0xA0);
static_assert(count_names(other_names) == sizeof(other_code_points) / sizeof(other_code_points[0]));

// The place of `name` in a list where a blank ends every name; -1 when it is not there.
int place_of(std::string_view name, const char* names) {
  for (int place = 0; *names != '\0'; ++place) {
    const char* end = std::strchr(names, ' ');
    if (name == std::string_view(names, static_cast<std::size_t>(end - names))) return place;
    names = end + 1;
  }
  return -1;
}

// md4c admits at most seven decimal or six hexadecimal digits here, so nothing overflows.
char32_t number_of(std::string_view digits, unsigned base) {
  char32_t number = 0;
  for (const char digit : digits) {
    const unsigned value =
        digit <= '9' ? static_cast<unsigned>(digit - '0') : static_cast<unsigned>((digit | 0x20) - 'a' + 10);
    number = number * base + value;
  }
  return number;
}

}  // namespace

void append_entity(std::string& out, std::string_view reference) {
  const std::string_view name = reference.substr(1, reference.size() - 2);
  if (name.starts_with("#x") || name.starts_with("#X")) {
    append_code_point(out, number_of(name.substr(2), 16));
  } else if (name.starts_with('#')) {
    append_code_point(out, number_of(name.substr(1), 10));
  } else if (name == "ngE") {  // the one known name that stands for two code points
    append_code_point(out, 0x2267);
    append_code_point(out, 0x0338);
  } else if (const int other = place_of(name, other_names);
             other >= 0) {  // first: it begins with `quot`, `amp`
    append_code_point(out, other_code_points[other]);
  } else if (const int latin = place_of(name, latin_names); latin >= 0) {
    append_code_point(out, static_cast<char32_t>(0xA0 + latin));
  } else {
    out.append(reference);
  }
}

}  // namespace shopbell::markdown
