// SPDX-License-Identifier: MIT
#include "text/prepare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  text::PrepareOptions options;
  std::vector<std::string> texts;
  std::string folder;
  std::string split = "80/10/10";
};

void prepare(const Session& session, const Arguments& arguments) {
  text::PrepareOptions options = arguments.options;
  options.texts.assign(arguments.texts.begin(), arguments.texts.end());
  options.folder = arguments.folder;
  options.split = text::parse_split(arguments.split);
  auto progress = session.make_progress("preparing", "words in three passes", 0);
  options.on_progress = [&](std::int64_t words) {
    if (session.stop != nullptr && session.stop->load()) {
      throw Interrupted("stopped; nothing was written");
    }
    if (progress) progress->update(words);
  };
  const text::PrepareSummary summary = text::prepare_corpus(options);
  progress.reset();
  io::Table table({"split", "sentences", "words", "unknown"});
  std::int64_t words = 0;
  std::int64_t unknown = 0;
  for (const text::PreparedPart& part : summary.parts) {
    table.add({part.name, part.sentences, part.words, part.unknown});
    words += part.words;
    unknown += part.unknown;
  }
  session.print(table);
  if (summary.parts[0].unknown == 0 && summary.parts[1].unknown + summary.parts[2].unknown > 0) {
    session.warn(
        "train.txt has no <unk>, so a model cannot learn to expect it; --min-count 2 makes some");
  }
  summarise(session,
            fmt::format("{} words ({} different ones kept, {} unknown)", format_count(words),
                        format_count(summary.kept_words), format_count(unknown)));
}

void add_options(CLI::App& command, Arguments& arguments) {
  text::PrepareOptions& options = arguments.options;
  command
      .add_option("TEXT", arguments.texts,
                  "Text files, a sentence a line, read one after the other")
      ->required();
  command.add_option("-o,--output", arguments.folder, "Folder to write to")
      ->required()
      ->type_name("DIR");
  command
      .add_option("--vocab-size", options.vocab_size,
                  "Keep the N most frequent words of the training part; others become <unk>")
      ->type_name("N");
  command
      .add_option("--min-count", options.min_count,
                  "Keep words that stand N times or more in the training part (default: 1)")
      ->type_name("N");
  command.add_flag("--lower", options.lower, "Lower case, of every script that has one");
  command
      .add_option("--numbers", options.number_word,
                  "Replace numbers (1984, -3.5, 1,000) by this word; N as in the Penn Treebank")
      ->type_name("WORD");
  command.add_flag("--punctuation", options.punctuation,
                   "Make punctuation at the start and end of words into words of their own");
  command.add_option("--split", arguments.split, "Per cent of the lines for train, valid and test")
      ->type_name("A/B/C")
      ->capture_default_str();
  command.add_option("--encoding", options.encoding, "Encoding of the texts; UTF-8 is written")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_flag("--overwrite", options.overwrite, "Replace the corpus in the folder");
}

}  // namespace

void add_prepare(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "prepare", "Make train.txt, valid.txt and test.txt from one's own text");
  auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  add_common_options(*command, session, true);
  command->footer(
      "Lines are sentences; blank ones are dropped. The first lines go to train.txt, the next to\n"
      "valid.txt, the last to test.txt. Words are what stands between white space; with\n"
      "--punctuation, marks at their ends are words too. The texts are read three times and never\n"
      "held in memory.\n\n" +
      examples({
          "stategrad prepare book.txt -o data/book --min-count 2",
          "stategrad prepare part1.txt part2.txt -o data/mine --vocab-size 10000 --lower "
          "--numbers N --punctuation",
          "stategrad prepare news.txt -o data/news --split 98/1/1",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { prepare(session, *arguments); };
  });
}

}  // namespace stategrad::cli
