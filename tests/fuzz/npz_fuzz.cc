// SPDX-License-Identifier: MIT
#include "array_fuzz.h"
#include "io/npz_items.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  stategrad::fuzz::expect_errors_only([&] {
    stategrad::io::NpzItems items(file.path());
    std::int64_t read = 0;
    while (!items.next().empty()) ++read;
    if (read != items.count()) std::abort();
  });
  return stategrad::fuzz::read_all_arrays(data, size, stategrad::io::open_array_file);
}
