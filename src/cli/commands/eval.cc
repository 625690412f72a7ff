// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <numbers>
#include <optional>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/model_arguments.h"
#include "cli/summary.h"
#include "text/dataset.h"
#include "train/evaluate.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string text;
  std::string per_word;
};

/// The file of --per-word: a line `word<TAB>id<TAB>log10 probability` per predicted word.
class PerWordFile {
 public:
  PerWordFile(const std::filesystem::path& path, const Vocabulary& vocabulary)
      : file_(path), vocabulary_(vocabulary) {}

  void add(WordId word, double log_probability) {
    fmt::format_to(std::back_inserter(lines_), "{}\t{}\t{}\n", vocabulary_.word(word), word,
                   format_number(log_probability / std::numbers::ln10));
    if (lines_.size() >= kChunk) flush();
  }
  void commit() {
    flush();
    file_.commit();
  }

 private:
  static constexpr std::size_t kChunk = 1 << 20;
  void flush() {
    file_.write(lines_);
    lines_.clear();
  }
  AtomicFile file_;
  const Vocabulary& vocabulary_;
  std::string lines_;
};

void evaluate(const Session& session, const Arguments& arguments) {
  const OpenedModel opened = open_model(arguments.model, session);
  const std::filesystem::path file = arguments.text.empty() ? text::data_files(opened.config).test
                                                            : std::filesystem::path(arguments.text);
  std::int64_t unknown = 0;
  const std::vector<WordId> ids = read_text(opened, file, unknown);
  std::optional<PerWordFile> per_word;
  if (!arguments.per_word.empty()) per_word.emplace(arguments.per_word, opened.vocabulary());
  const auto team = session.make_team();
  auto progress =
      session.make_progress("evaluating", "words", static_cast<std::int64_t>(ids.size()) - 1);
  std::int64_t done = 0;
  const auto on_word = [&](WordId word, double log_probability) {
    if (progress) progress->update(++done);
    if (per_word) per_word->add(word, log_probability);
  };
  const train::Evaluation result = std::visit(
      [&](const auto& model) {
        return train::evaluate_stream(model, {ids, file.string()}, *team, session.stop, on_word);
      },
      opened.model);
  if (per_word) per_word->commit();
  progress.reset();
  io::Table table({"text", "words", "unknown", "predictions", "perplexity"});
  table.add({file.string(), static_cast<std::int64_t>(ids.size()), unknown, result.predictions,
             result.perplexity()});
  session.print(table);
  summarise(session, fmt::format("{} words ({} unknown)",
                                 format_count(static_cast<std::int64_t>(ids.size())),
                                 format_count(unknown)));
}

}  // namespace

void add_eval(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand("eval", "Perplexity of a text under a trained model");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  command
      ->add_option("--text", arguments->text,
                   "Text file, read as the model's own texts (default: its test file)")
      ->type_name("FILE");
  command
      ->add_option("--per-word", arguments->per_word,
                   "Write a line 'word<TAB>id<TAB>log10 probability' for every predicted word")
      ->type_name("FILE");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad eval --model models/mine",
      "stategrad eval --model models/mine --weights best --text book.txt --per-word book.tsv",
      "stategrad eval --config my.config --json",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { evaluate(session, *arguments); };
  });
}

}  // namespace stategrad::cli
