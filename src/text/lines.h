// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::text {

/// Calls `use` for every line of a UTF-8 file, with its number from 1 and without its end (LF or
/// CR LF). The line is valid during its call only; memory is bounded by the longest line.
/// @throws DataError as Decoder does
void for_each_line(const std::filesystem::path& file,
                   const std::function<void(std::string_view line, std::int64_t number)>& use);

/// All lines of a file, empty ones too. @throws DataError as for_each_line()
[[nodiscard]] std::vector<std::string> read_lines(const std::filesystem::path& file);

/// A DataError at a line.
[[noreturn]] void fail_at_line(const std::filesystem::path& file, std::int64_t number,
                               const std::string& message);

}  // namespace stategrad::text
