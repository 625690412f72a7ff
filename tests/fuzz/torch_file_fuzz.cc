// SPDX-License-Identifier: MIT
#include "array_fuzz.h"
#include "io/torch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return stategrad::fuzz::read_all_arrays(data, size, stategrad::io::open_torch_file);
}
