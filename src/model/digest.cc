// SPDX-License-Identifier: MIT
#include "model/digest.h"

#include <fmt/format.h>

#include <cstring>

#include "base/random.h"

namespace stategrad::model {

void Digest::mix(std::uint64_t word) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
  state_ = mix64((state_ + kGolden) ^ word);
}

void Digest::add(std::span<const std::byte> bytes) {
  mix(bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t taken = bytes.size() < sizeof word ? bytes.size() : sizeof word;
    std::memcpy(&word, bytes.data(), taken);
    mix(word);
    bytes = bytes.subspan(taken);
  }
}

void Digest::add(std::string_view text) { add(std::as_bytes(std::span(text))); }

std::string Digest::text() const { return fmt::format("{:016x}", state_); }

}  // namespace stategrad::model
