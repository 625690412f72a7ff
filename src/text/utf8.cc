// SPDX-License-Identifier: MIT
#include "text/utf8.h"

namespace stategrad::text {
namespace {

constexpr unsigned kContinuationBits = 6;
constexpr unsigned kContinuationMask = 0x3f;

}  // namespace

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

std::wstring to_wide(std::string_view text) {
  std::wstring wide;
  wide.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    wide += static_cast<wchar_t>(read_code_point(text, at));
  }
  return wide;
}

}  // namespace stategrad::text
