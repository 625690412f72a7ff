// SPDX-License-Identifier: MIT
#include "base/buffer.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "stategrad/errors.h"

namespace stategrad {

void* allocate_aligned(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kLine;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = rounded < bytes ? nullptr : std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) {
    throw ResourceError(fmt::format("not enough memory: {} bytes are needed at once", bytes));
  }
  // Advice only: a kernel without huge pages gives small ones.
  if (alignment == kHugePage) (void)madvise(memory, rounded, MADV_HUGEPAGE);
  std::memset(memory, 0, rounded);
  return memory;
}

void free_aligned(void* memory) noexcept { std::free(memory); }

}  // namespace stategrad
