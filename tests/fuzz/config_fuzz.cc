// SPDX-License-Identifier: MIT
#include "fuzz_file.h"
#include "stategrad/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Longer ones only have more lines: each unknown key is compared with every key.
  constexpr std::size_t kLongest = 2048;
  if (size > kLongest) return -1;
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    const auto loaded = stategrad::load_config(file.path(), {});
    // What was read is written so that it reads back.
    std::vector<std::string> items;
    for (const auto& [key, value] : stategrad::config_items(loaded.config)) {
      items.push_back(key + "=" + value);
    }
    const auto again = stategrad::config_from_overrides(items);
    if (stategrad::config_items(again.config) != stategrad::config_items(loaded.config)) {
      std::abort();
    }
  });
}
