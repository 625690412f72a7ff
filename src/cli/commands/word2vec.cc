// SPDX-License-Identifier: MIT
//
// The original's convert_word2vec2tf.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "io/npy.h"
#include "stategrad/vocabulary.h"
#include "text/embedding_text.h"
#include "text/word_list.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string vectors;
  std::string words;
  std::string folder;
  std::string dict;
  bool overwrite = false;
};

void word2vec(const Session& session, const Arguments& arguments) {
  const std::filesystem::path matrix = std::filesystem::path(arguments.folder) / "all.npy";
  require_absent({matrix, arguments.dict}, arguments.overwrite);
  const auto wanted = text::read_first_tokens(arguments.words);
  auto progress = session.make_progress("reading", "lines", 0);
  const text::TextEmbeddings read =
      text::read_text_embeddings(arguments.vectors, wanted, [&](std::int64_t line) {
        stop_if_asked(session, "nothing was written");
        if (progress) progress->update(line);
      });
  progress.reset();
  const Vocabulary vocabulary(read.words);
  const std::array<std::int64_t, 2> shape{vocabulary.size(), read.size};
  make_folders(arguments.folder);
  io::write_npy<double>(matrix, shape, read.values);
  text::write_word_list(vocabulary, arguments.dict);
  summarise(
      session,
      fmt::format("{} embeddings of {} dimensions kept of {} ({} words of the list have none)",
                  format_count(vocabulary.size()), read.size,
                  format_count(vocabulary.size() + read.passed_over),
                  format_count(static_cast<std::int64_t>(wanted.size()) - vocabulary.size())));
}

}  // namespace

void add_word2vec(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "word2vec", "Make pretrained embeddings, all.npy and dict, of a text file of word2vec");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("W2V", arguments->vectors, "Lines 'word number … number', as word2vec's text")
      ->required();
  command
      ->add_option("WORDS", arguments->words, "The words to keep: a word, or word<TAB>id, a line")
      ->required();
  command->add_option("OUT_DIR", arguments->folder, "Folder of all.npy, float64 [V, E]")
      ->required();
  command->add_option("DICT", arguments->dict, "File of the lines word<TAB>id to write")
      ->required();
  add_overwrite_option(*command, arguments->overwrite);
  add_common_options(*command, session, false);
  command->footer(
      "Words stand in the order of W2V. Its first line, of counts, is passed over. </s>, which is\n"
      "word2vec's <eos>, is kept when WORDS has <eos>. A configuration names the folder, in which\n"
      "DICT is called dict, as pretrained_embeddings.\n\n" +
      examples({"stategrad word2vec vectors.txt words.txt pretrained pretrained/dict"}));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { word2vec(session, *arguments); };
  });
}

}  // namespace stategrad::cli
