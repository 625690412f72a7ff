// SPDX-License-Identifier: MIT
#include "fuzz_file.h"
#include "text/class_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    if (stategrad::text::read_class_file(file.path()).empty()) std::abort();
  });
}
