// SPDX-License-Identifier: MIT
#include "array_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return stategrad::fuzz::read_all_arrays(data, size, stategrad::io::open_array_file);
}
