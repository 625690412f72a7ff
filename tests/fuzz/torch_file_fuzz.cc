// SPDX-License-Identifier: MIT
#include "fuzz_file.h"
#include "io/array_file.h"
#include "io/torch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    const auto arrays = stategrad::io::open_torch_file(file.path());
    for (const auto& [name, array] : arrays->arrays()) {
      if (arrays->read(name).size() != static_cast<std::size_t>(array.count())) std::abort();
    }
  });
}
