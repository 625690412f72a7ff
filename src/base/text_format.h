// SPDX-License-Identifier: MIT
//
// Numbers and words as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stategrad {

/// The shortest text that reads back as exactly the same number; "nan", "inf", "-inf".
[[nodiscard]] std::string format_number(double value);
[[nodiscard]] std::string format_number(float value);

/// 1234567 -> "1,234,567"
[[nodiscard]] std::string format_count(std::int64_t count);

/// 1536 -> "1.5 kB": powers of 1000, as disks are sold.
[[nodiscard]] std::string format_bytes(std::uintmax_t bytes);

/// "2GB" -> 2000000000, "1.5 MiB" -> 1572864, "4096" -> 4096; units B, kB, MB, GB, TB in either
/// case, and KiB, MiB, GiB, TiB for powers of 1024. None for another text, zero or less, or too
/// much.
[[nodiscard]] std::optional<std::uintmax_t> parse_bytes(std::string_view text);

/// 4.2 -> "4 s", 75 -> "1:15", 3661 -> "1:01:01"
[[nodiscard]] std::string format_duration(double seconds);

/// The candidate that differs from the word by the fewest edits (insertions, deletions,
/// replacements, exchanges of neighbours); none if more than a third of the word would change.
/// The first one wins a tie.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

/// The candidate that differs by the fewest edits, however many these are; the first of several.
/// Only the first 64 bytes of the word are looked at. @throws InternalError without candidates
[[nodiscard]] const std::string& closest(std::string_view word,
                                         std::span<const std::string> candidates);

/// ", did you mean 'x'?" for the nearest candidate, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace stategrad
