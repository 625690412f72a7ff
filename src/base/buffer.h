// SPDX-License-Identifier: MIT
//
// Fixed-size aligned memory for the kernels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

namespace stategrad {

/// Allocates zeroed bytes aligned to 64, or to 2 MiB with huge pages asked for (madvise) when
/// large: page walks cost the state-gradient recursion 20 % otherwise.
/// @throws ResourceError naming the size when the memory cannot be had
[[nodiscard]] void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory) noexcept;

/// Zero-initialised array of `size()` trivially copyable values, 64-byte aligned, movable.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      : data_(size == 0 ? nullptr : static_cast<T*>(allocate_aligned(bytes(size)))), size_(size) {}

  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  [[nodiscard]] const T* begin() const { return data(); }
  [[nodiscard]] const T* end() const { return data() + size_; }
  operator std::span<T>() { return {data(), size_}; }
  operator std::span<const T>() const { return {data(), size_}; }

 private:
  /// Sizes that overflow become the largest one, which is refused.
  static constexpr std::size_t bytes(std::size_t size) {
    constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
    return size <= kMost / sizeof(T) ? size * sizeof(T) : kMost;
  }

  struct Free {
    void operator()(T* memory) const noexcept { free_aligned(memory); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

/// The numbers of a container, each rounded to the nearest T.
template <class T, class Values>
[[nodiscard]] Buffer<T> converted(const Values& values) {
  Buffer<T> out(values.size());
  std::transform(values.begin(), values.end(), out.begin(),
                 [](auto value) { return static_cast<T>(value); });
  return out;
}

}  // namespace stategrad
