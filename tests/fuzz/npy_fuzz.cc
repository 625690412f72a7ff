// SPDX-License-Identifier: MIT
#include <string_view>

#include "fuzz_file.h"
#include "io/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return stategrad::fuzz::expect_errors_only([&] {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto array = stategrad::io::parse_npy<double>(bytes, "npy");
    std::size_t count = 1;
    for (const std::int64_t n : array.shape) count *= static_cast<std::size_t>(n);
    if (array.values.size() != count) std::abort();
  });
}
