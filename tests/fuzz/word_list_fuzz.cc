// SPDX-License-Identifier: MIT
//
// Lists of words, tags and labels, in every form that a line may have.
#include "fuzz_file.h"
#include "text/embedding_text.h"
#include "text/lines.h"
#include "text/type_classes.h"
#include "text/word_classes.h"
#include "text/word_list.h"

namespace {

using stategrad::Vocabulary;
namespace text = stategrad::text;

void read_list(const std::filesystem::path& file) {
  const Vocabulary vocabulary({"the", "of", "<unk>"});
  const auto types = text::list_classes({{{.name = "list", .file = file}}}, vocabulary);
  if (std::ssize(types.code) != vocabulary.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stategrad::fuzz::MemoryFile memory(data, size);
  const std::filesystem::path file = memory.path();
  const auto read = [](auto&& reader) { stategrad::fuzz::expect_errors_only(reader); };
  read([&] { read_list(file); });
  read([&] { (void)text::read_lines(file); });
  read([&] { (void)text::read_first_tokens(file); });
  read([&] { (void)text::read_tags(file); });
  read([&] { (void)text::read_word_classes(file); });
  read([&] { (void)Vocabulary(text::read_word_list(file)); });
  return 0;
}
