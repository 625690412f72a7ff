// SPDX-License-Identifier: MIT
#include "text/lower_case.h"

#include <locale.h>
#include <wctype.h>

#include "stategrad/errors.h"
#include "text/utf8.h"

namespace stategrad::text {
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
