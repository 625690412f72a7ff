// SPDX-License-Identifier: MIT
#include "exchange/import_model.h"
#include "fuzz_file.h"

/// Names and shapes of arrays, of which a model of four words is made; a file of them as
/// safetensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile file(data, size);
  return stategrad::fuzz::expect_errors_only([&] {
    const auto arrays = stategrad::io::open_array_file(file.path());
    static_cast<void>(stategrad::exchange::import_model(
        *arrays, stategrad::Vocabulary({"<eos>", "<unk>", "the", "of"}), {.ignore_unused = true}));
  });
}
