// SPDX-License-Identifier: MIT
#include <array>

#include "fuzz_file.h"
#include "text/corpus.h"

/// The first byte chooses the encoding, the next one the rules.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<const char*, 5> kEncodings{"utf-8", "ascii", "latin-1", "cp1252", "utf-16"};
  if (size < 2) return 0;
  stategrad::text::TextRules rules;
  rules.encoding = kEncodings[data[0] % kEncodings.size()];
  rules.newline_is_eos = (data[1] & 1) != 0;
  rules.wikitext = (data[1] & 2) != 0;
  rules.unk_is_upper_case = (data[1] & 4) != 0;
  const stategrad::fuzz::MemoryFile file(data + 2, size - 2);
  return stategrad::fuzz::expect_errors_only([&] {
    stategrad::text::for_each_word(file.path(), rules, [](std::string_view word) {
      if (word.empty()) std::abort();
    });
  });
}
