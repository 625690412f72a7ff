// SPDX-License-Identifier: MIT
#include "fuzz_file.h"
#include "text/embedding_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    const auto read = stategrad::text::read_text_embeddings(file.path(), {"the", "of", "<eos>"});
    const auto numbers = read.words.size() * static_cast<std::size_t>(read.size);
    if (read.words.empty() || read.values.size() != numbers) std::abort();
  });
}
