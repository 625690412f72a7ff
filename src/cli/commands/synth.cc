// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "stategrad/errors.h"
#include "text/synthetic_corpus.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  text::LanguageOptions language;
  text::CorpusRequest corpus;
  std::string folder;
  std::optional<std::int64_t> valid_words;
  std::optional<std::int64_t> test_words;
};

void synth(const Session& session, const Arguments& arguments) {
  const text::SyntheticLanguage language(arguments.language);
  text::CorpusRequest request = arguments.corpus;
  request.folder = arguments.folder;
  request.seed = session.seed.value_or(1);
  const std::int64_t tenth = std::max<std::int64_t>(2, request.train_words / 10);
  request.valid_words = arguments.valid_words.value_or(tenth);
  request.test_words = arguments.test_words.value_or(tenth);
  auto progress = session.make_progress(
      "writing", "words", request.train_words + request.valid_words + request.test_words);
  request.on_progress = [&](std::int64_t words) {
    if (session.stop != nullptr && session.stop->load()) {
      throw Interrupted("stopped; the files that are there are whole");
    }
    if (progress) progress->update(words);
  };
  const std::vector<text::CorpusPart> parts = text::write_synthetic_corpus(language, request);
  progress.reset();
  io::Table table({"split", "sentences", "words", "perplexity", "language_perplexity"});
  std::int64_t words = 0;
  for (const text::CorpusPart& part : parts) {
    table.add({part.name, part.sentences, part.words, part.perplexity, language.perplexity()});
    words += part.words;
  }
  session.print(table);
  session.note(fmt::format(
      "perplexity: of the language itself on the words of a split; language perplexity: in the "
      "long run\n{}/README.md explains the language",
      arguments.folder));
  summarise(session, fmt::format("{} words", format_count(words)), request.seed);
}

void add_size_options(CLI::App& command, Arguments& arguments) {
  command.add_option("-o,--output", arguments.folder, "Folder to write to")
      ->required()
      ->type_name("DIR");
  command
      .add_option("--words", arguments.corpus.train_words,
                  "Words of train.txt, <eos> included; the last sentence is whole")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--valid-words", arguments.valid_words,
                  "Words of valid.txt (default: a tenth of --words)")
      ->type_name("N");
  command
      .add_option("--test-words", arguments.test_words,
                  "Words of test.txt (default: a tenth of --words)")
      ->type_name("N");
  command.add_flag("--overwrite", arguments.corpus.overwrite, "Replace the corpus in the folder");
}

void add_language_options(CLI::App& command, text::LanguageOptions& language) {
  command
      .add_option("--lags", language.lags,
                  "After how many words a cue fixes one: distinct numbers with commas")
      ->delimiter(',')
      ->type_name("L,L,...")
      ->capture_default_str();
  command.add_option("--classes", language.classes, "Classes of cues of each lag, 2 to 26")
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--class-words", language.class_words, "Cues of each class")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--fillers", language.fillers,
                  "Filler words, with frequencies like 1/rank, which carry nothing")
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--cue-probability", language.cue_probability,
                  "Of a cue of each lag, where one may stand")
      ->type_name("P")
      ->capture_default_str();
  command
      .add_option("--end-probability", language.end_probability,
                  "Of the end of the sentence, where no cue waits for its word")
      ->type_name("P")
      ->capture_default_str();
}

}  // namespace

void add_synth(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "synth", "Write a corpus of a synthetic language whose dependencies and entropy are known");
  auto arguments = std::make_shared<Arguments>();
  add_size_options(*command, *arguments);
  add_language_options(*command, arguments->language);
  add_common_options(*command, session, true);
  command->footer(
      "Writes train.txt, valid.txt and test.txt; tags.txt and classes/ for the analysis by class;\n"
      "README.md, which explains the language; and description.json, the same for programs.\n"
      "Prints the perplexity of the language itself: no model can be better in the long run.\n\n" +
      examples({
          "stategrad synth -o data/synthetic",
          "stategrad synth -o data/long --lags 5,20,50 --words 2000000 --seed 7",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { synth(session, *arguments); };
  });
}

}  // namespace stategrad::cli
