// SPDX-License-Identifier: MIT
#include "exchange/vocabulary_lines.h"
#include "fuzz_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    if (stategrad::exchange::read_vocabulary_lines(file.path()).size() == 0) std::abort();
  });
}
