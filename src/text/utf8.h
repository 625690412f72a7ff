// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stategrad::text {

/// The code point at text[at]; moves behind it.
/// @param text valid UTF-8; of other bytes something is made, and at still moves
[[nodiscard]] char32_t read_code_point(std::string_view text, std::size_t& at);

void append_code_point(char32_t code, std::string& text);

/// A character per code point.
[[nodiscard]] std::wstring to_wide(std::string_view text);

}  // namespace stategrad::text
