// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/random.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/model_arguments.h"
#include "cli/summary.h"
#include "gradient/gradient_checker.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string text;
  std::int64_t words = 1000;
  gradient::CheckOptions options;
};

/// Random words: the gradients must be right on any text.
std::vector<WordId> random_words(std::int64_t count, std::int64_t vocab_size, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<WordId> words(static_cast<std::size_t>(count));
  for (WordId& word : words) {
    word = static_cast<WordId>(random.below(static_cast<std::uint64_t>(vocab_size)));
  }
  return words;
}

/// The first words of the text, or random ones: enough for the stretches in either case.
std::vector<WordId> words_to_read(const Arguments& arguments, const OpenedModel& opened,
                                  std::uint64_t seed) {
  const gradient::CheckOptions& options = arguments.options;
  const std::int64_t enough = std::int64_t{options.max_delay} * (options.stretches + 1);
  const bool inputs = !opened.inputs.empty();
  if (inputs && !arguments.text.empty()) {
    throw UsageError("--inputs takes the place of --text: give one of them");
  }
  const std::string name = inputs ? opened.inputs.string() : arguments.text;
  if (name.empty()) return random_words(enough, opened.vocabulary().size(), seed);
  std::int64_t unknown = 0;
  std::vector<WordId> text = read_text(opened, name, unknown);
  const auto count = static_cast<std::size_t>(std::max(arguments.words, enough));
  if (text.size() > count) text.resize(count);
  if (text.size() < static_cast<std::size_t>(options.max_delay)) {
    throw DataError(name, "",
                    fmt::format("{} words are too few: --max-delay {} needs at least as many",
                                text.size(), options.max_delay));
  }
  return text;
}

void check(const Session& session, const Arguments& arguments) {
  const OpenedModel opened = open_model(arguments.model, session);
  gradient::CheckOptions options = arguments.options;
  const std::vector<WordId> text = words_to_read(arguments, opened, session.seed.value_or(1));
  const auto team = session.make_team();
  auto progress = session.make_progress("checking", "stretches", options.stretches);
  options.stop = session.stop;
  if (progress) options.on_progress = [&](auto done, auto) { progress->update(done); };
  const gradient::CheckReport report = std::visit(
      [&](const auto& model) { return gradient::check_gradients(model, text, options, *team); },
      opened.model);
  progress.reset();
  io::Table table(
      {"state", "layer", "delay", "largest", "adjoint_difference", "finite_difference", "passed"});
  for (const gradient::CheckRow& row : report.rows) {
    table.add({std::string(to_string(row.state.state)), std::int64_t{row.state.layer},
               std::int64_t{row.delay}, row.largest, row.adjoint_difference, row.finite_difference,
               row.passed});
  }
  session.print(table);
  session.note(fmt::format("accepted when {}", report.criterion));
  summarise(session,
            fmt::format("{} state gradients of {} words compared", format_count(report.blocks),
                        format_count(static_cast<std::int64_t>(text.size()))));
  if (!report.passed) {
    throw NumericalError(
        fmt::format("{}: the state gradients do not agree, see the rows above that did not pass",
                    opened.directory.string()));
  }
}

}  // namespace

void add_check_gradients(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "check-gradients",
      "Compare the state gradients of a model with the adjoint pass and finite differences");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  add_outside_options(*command, arguments->model.outside);
  command->add_option("--text", arguments->text, "Text file (default: random words)")
      ->type_name("FILE");
  command
      ->add_option("--words", arguments->words,
                   "How many words to read from the start of the text, at least")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--max-delay", arguments->options.max_delay, "Delays 0 to D-1")
      ->check(CLI::Range(1, 100'000))
      ->type_name("D")
      ->capture_default_str();
  command
      ->add_option("--stretches", arguments->options.stretches,
                   "At how many places of these words, spread evenly")
      ->check(CLI::Range(1, 100'000))
      ->type_name("N")
      ->capture_default_str();
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad check-gradients --model models/mine",
      "stategrad check-gradients --model models/mine --text valid.txt --max-delay 20 --json",
      "stategrad check-gradients --cell-module cell.pt --inputs x.npy",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { check(session, *arguments); };
  });
}

}  // namespace stategrad::cli
