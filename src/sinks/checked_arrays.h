// SPDX-License-Identifier: MIT
//
// Arrays of a statistics file, looked at before they are believed.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/memory.h"
#include "io/hdf5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {

[[nodiscard]] inline std::size_t size_of(const io::Shape& shape) {
  std::size_t size = 1;
  for (const std::int64_t length : shape) size *= static_cast<std::size_t>(length);
  return size;
}

/// Every function throws DataError naming file and array.
class CheckedArrays {
 public:
  CheckedArrays(const io::Hdf5Reader& in, const std::filesystem::path& file)
      : in_(in), file_(file.string()) {}

  /// Shape, and whether so much is stored, before memory is taken for it.
  void check(const std::string& path, const io::Shape& shape) const {
    if (in_.shape(path) != shape) {
      throw DataError(file_, path, "not of the shape that the description of the pass asks for");
    }
    in_.require_stored(path);
  }
  /// Finite numbers.
  template <class T>
  void read(const std::string& path, const io::Shape& shape, std::span<T> out) const {
    in_.read<T>(path, shape, out);
    const auto bad = std::find_if(
        out.begin(), out.end(), [](T value) { return !std::isfinite(static_cast<double>(value)); });
    if (bad != out.end()) fail(path, bad - out.begin(), "is not finite");
  }
  /// Finite numbers that are not below zero.
  template <class T>
  [[nodiscard]] std::vector<T> read_sizes(const std::string& path, const io::Shape& shape) const {
    check(path, shape);
    std::vector<T> out(size_of(shape));
    read<T>(path, shape, out);
    const auto bad = std::find_if(out.begin(), out.end(), [](T value) { return value < T{0}; });
    if (bad != out.end()) fail(path, bad - out.begin(), "is below zero");
    return out;
  }
  /// Numbers from 0 to end - 1.
  /// @param what they are, for messages: "word"
  template <class T>
  [[nodiscard]] std::vector<T> read_below(const std::string& path, const io::Shape& shape,
                                          std::int64_t end, const char* what) const {
    std::vector<T> out = read_sizes<T>(path, shape);
    if (std::any_of(out.begin(), out.end(), [&](T value) { return value >= end; })) {
      throw DataError(file_, path, fmt::format("a {} that is not below {}", what, end));
    }
    return out;
  }
  /// Counts of words of a text: none is above all of them, so that sums of counts are safe.
  [[nodiscard]] std::vector<std::int64_t> read_counts(const std::string& path,
                                                      const io::Shape& shape,
                                                      std::int64_t words) const {
    return read_below<std::int64_t>(path, shape, words + 1, "count");
  }
  /// @throws ResourceError if the memory does not suffice
  [[nodiscard]] Buffer<double> read_matrices(const std::string& path,
                                             const io::Shape& shape) const {
    check(path, shape);
    require_memory(size_of(shape) * sizeof(double), "the sums of state gradients");
    Buffer<double> out(size_of(shape));
    read<double>(path, shape, out);
    return out;
  }
  /// Rising positions or numbers of words, from 0 to end - 1.
  template <class T>
  [[nodiscard]] std::vector<T> read_rising(const std::string& path, std::int64_t end) const {
    const io::Shape shape = in_.shape(path);
    if (shape.size() != 1 || shape[0] > end) {
      throw DataError(file_, path, fmt::format("a list of at most {} numbers was expected", end));
    }
    in_.require_stored(path);
    std::vector<T> out(size_of(shape));
    in_.read<T>(path, shape, out);
    std::int64_t next = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const auto value = static_cast<std::int64_t>(out[i]);
      if (value < next || value >= end) {
        fail(path, static_cast<std::ptrdiff_t>(i), "does not rise, or is too large");
      }
      next = value + 1;
    }
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& path, std::ptrdiff_t index, const char* what) const {
    throw DataError(file_, path, fmt::format("value {} {}: the file was altered", index, what));
  }
  const io::Hdf5Reader& in_;
  std::string file_;
};

}  // namespace stategrad::sinks
