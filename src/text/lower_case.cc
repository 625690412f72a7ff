// SPDX-License-Identifier: MIT
#include "text/lower_case.h"

#include <locale.h>
#include <wctype.h>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

constexpr unsigned kContinuationBits = 6;
constexpr unsigned kContinuationMask = 0x3f;

/// The code point at text[at]; moves behind it.
char32_t read_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  char32_t code = first & (kContinuationMask >> more);
  for (; more > 0 && at < text.size(); --more) {
    code =
        (code << kContinuationBits) | (static_cast<unsigned char>(text[at++]) & kContinuationMask);
  }
  return code;
}

void append_code_point(char32_t code, std::string& text) {
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  const int more = code >= 0x10000 ? 3 : code >= 0x800 ? 2 : 1;
  const char32_t mark = more == 3 ? 0xf0 : more == 2 ? 0xe0 : 0xc0;
  text += static_cast<char>(mark | (code >> (kContinuationBits * static_cast<unsigned>(more))));
  for (int i = more - 1; i >= 0; --i) {
    text += static_cast<char>(
        0x80 | ((code >> (kContinuationBits * static_cast<unsigned>(i))) & kContinuationMask));
  }
}

}  // namespace

struct LowerCase::Impl {
  locale_t locale = nullptr;
};

LowerCase::LowerCase() : impl_(std::make_unique<Impl>()) {
  for (const char* name : {"C.UTF-8", "en_US.UTF-8"}) {
    impl_->locale = ::newlocale(LC_CTYPE_MASK, name, nullptr);
    if (impl_->locale != nullptr) return;
  }
  throw ResourceError("lower case needs the locale C.UTF-8 or en_US.UTF-8: install one of them");
}

LowerCase::~LowerCase() { ::freelocale(impl_->locale); }

std::string LowerCase::operator()(std::string_view text) const {
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = read_code_point(text, at);
    append_code_point(static_cast<char32_t>(::towlower_l(static_cast<wint_t>(code), impl_->locale)),
                      lower);
  }
  return lower;
}

}  // namespace stategrad::text
