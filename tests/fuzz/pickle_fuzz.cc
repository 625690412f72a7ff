// SPDX-License-Identifier: MIT
#include <string_view>

#include "fuzz_file.h"
#include "io/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return stategrad::fuzz::expect_errors_only([&] {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(stategrad::io::read_pickle(bytes, "pickle"));
  });
}
