// SPDX-License-Identifier: MIT
#include "fuzz_file.h"
#include "text/tag_lexicon.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    for (const auto& [word, tags] : stategrad::text::read_tag_lexicon(file.path())) {
      if (word.empty() || tags.empty()) std::abort();
    }
  });
}
