// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace stategrad::text {

/// Calls `use` for every line of a UTF-8 file, with its number from 1 and without its end (LF or
/// CR LF). The line is valid during its call only; memory is bounded by the longest line.
/// @throws DataError as Decoder does
void for_each_line(const std::filesystem::path& file,
                   const std::function<void(std::string_view line, std::int64_t number)>& use);

/// A DataError at a line.
[[noreturn]] void fail_at_line(const std::filesystem::path& file, std::int64_t number,
                               const std::string& message);

}  // namespace stategrad::text
