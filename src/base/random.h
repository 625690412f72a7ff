// SPDX-License-Identifier: MIT
//
// Random numbers by counting: value i of a stream is a pure function of (seed, stream, i). So a
// place in the stream is one integer to save for resuming, and values may be drawn in any order by
// any number of threads. The mixing function is splitmix64's (Steele, Lea and Flood 2014,
// "Fast splittable pseudorandom number generators").
#pragma once

#include <cstdint>

namespace stategrad {

/// Bijective mixing of 64 bits.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

class RandomStream {
 public:
  /// @param seed   the user's seed
  /// @param stream which of the independent streams of that seed (one per purpose)
  constexpr explicit RandomStream(std::uint64_t seed, std::uint64_t stream = 0)
      : key_(mix64(mix64(seed + kGolden) ^ (stream * kGolden + 1))) {}

  /// Value `index` of the stream, uniform over 64 bits.
  [[nodiscard]] constexpr std::uint64_t at(std::uint64_t index) const {
    return mix64(mix64(key_ + index * kGolden) + key_);
  }
  /// Number `index` of the stream, uniform in [0, 1) with 53 bits.
  [[nodiscard]] constexpr double uniform_at(std::uint64_t index) const {
    return static_cast<double>(at(index) >> 11) * 0x1.0p-53;
  }

  std::uint64_t next() { return at(position_++); }
  double uniform() { return uniform_at(position_++); }
  /// Uniform integer in 0..n-1 (n > 0); the bias, below n / 2^64, does not matter here.
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * n) >> 64);
  }

  /// How many values have been drawn; seek() goes there again.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  void seek(std::uint64_t position) { position_ = position; }

 private:
  __extension__ using Wide = unsigned __int128;
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
  std::uint64_t key_;
  std::uint64_t position_ = 0;
};

}  // namespace stategrad
