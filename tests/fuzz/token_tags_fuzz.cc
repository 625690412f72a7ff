// SPDX-License-Identifier: MIT
#include <algorithm>

#include "fuzz_file.h"
#include "text/token_tags.h"

/// The first byte chooses the rules; up to the next zero stands the text, then its CoNLL-U file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace text = stategrad::text;
  if (size < 2) return 0;
  text::TextRules rules;
  rules.newline_is_eos = (data[0] & 1) != 0;
  rules.wikitext = (data[0] & 2) != 0;
  text::TokenTags tags;
  if ((data[0] & 4) != 0) tags.column = text::TagColumn::kLanguage;
  if ((data[0] & 8) != 0) tags.classes = {{"nouns", {"NOUN", "PROPN"}}};
  const std::uint8_t* end = data + size;
  const std::uint8_t* middle = std::find(data + 1, end, 0);
  if (middle == end) return 0;
  const stategrad::fuzz::MemoryFile words(data + 1, static_cast<std::size_t>(middle - data) - 1);
  const stategrad::fuzz::MemoryFile file(middle + 1, static_cast<std::size_t>(end - middle) - 1);
  tags.file = file.path();
  return stategrad::fuzz::expect_errors_only([&] {
    const auto vocabulary = text::build_vocabulary(text::count_words(words.path(), rules));
    const auto ids = text::read_word_ids(words.path(), rules, vocabulary);
    std::size_t given = 0;
    const auto sets = text::give_token_tags(
        tags, {.ids = ids, .vocabulary = &vocabulary, .rules = rules, .file = words.path()},
        [&](int) { ++given; });
    if (given != ids.size() || sets.sets().empty()) std::abort();
  });
}
