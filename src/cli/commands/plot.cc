// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "report/figures.h"
#include "report/gnuplot.h"
#include "report/sentence_results.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string directory;
  std::string output;
  report::FigureRequest request;
  report::Page page;
};

void print_figures(const Session& session) {
  io::Table table({"figure", "shows", "needs", "options"});
  for (const report::FigureKind& kind : report::figure_kinds()) {
    table.add({std::string(kind.name), std::string(kind.shows), std::string(kind.needs),
               std::string(kind.options)});
  }
  session.print(table);
}

[[noreturn]] void throw_not_results(const fs::path& file, const nlohmann::json::exception& error) {
  throw DataError(file.string(), "",
                  fmt::format("not the results of an analysis of this version: {}: 'stategrad "
                              "report' writes them again",
                              error.what()));
}

nlohmann::json read_json(const fs::path& file) {
  return parse_json(file.string(), read_file(file));
}

report::Figure figure_of(const Arguments& arguments) {
  const fs::path directory = arguments.directory;
  const fs::path file = directory / "summary.json";
  nlohmann::json summary = read_json(file);
  const fs::path sentences = directory / report::kSentencesFileName;
  try {
    if (fs::exists(sentences)) summary["sentences"] = read_json(sentences);
    return report::make_figure(summary, arguments.request);
  } catch (const nlohmann::json::exception& error) {
    throw_not_results(file, error);
  }
}

void plot(const Session& session, Arguments arguments) {
  if (arguments.request.name == "list") return print_figures(session);
  if (arguments.directory.empty() || arguments.output.empty()) {
    throw UsageError("a folder of results and --output FILE are needed: which figure, and where?");
  }
  arguments.page.format = report::plot_format_of(arguments.output);
  const report::Figure figure = figure_of(arguments);
  for (const std::string& note : figure.notes) session.note(note);
  report::draw(figure.drawing, arguments.page, arguments.output);
  summarise(session, fmt::format("{} written", arguments.output));
}

void add_choices(CLI::App& command, report::FigureRequest& request) {
  command
      .add_option("--state", request.state, "cell or hidden (default: the first of the results)")
      ->check(CLI::IsMember({"cell", "hidden", "embedding"}))
      ->type_name("STATE");
  command.add_option("--layer", request.layer, "A layer from 0 (default: the first)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("LAYER");
  command
      .add_option("--class", request.classes,
                  "A class to draw; repeatable (default: the first ones; of differences all words)")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--measure", request.measure,
                  "A measure of the figure, such as mean_norm; of embeddings pca or lda (default: "
                  "the one that the page shows first)")
      ->type_name("NAME");
  command.add_option("--delay", request.delay, "Of words, or of a probe (default: of words, 1)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("D");
  command.add_option("--group", request.group, "Of a probe: the group of its classes")
      ->type_name("NAME");
  command
      .add_option(
          "--sentence", request.sentence,
          "The sentence with these words in it (default: one that was typed, or a short one)")
      ->type_name("WORDS");
  command
      .add_option("--compare", request.compare,
                  "Of angles: those to the other model, by the folder of its results")
      ->type_name("DIR");
}

/// Without either, the axis is that of the page.
void add_scales(CLI::App& command, std::optional<bool>& log) {
  CLI::Option* logarithmic = command.add_flag_callback(
      "--log", [&log] { log = true; }, "Logarithmic values");
  command
      .add_flag_callback(
          "--linear", [&log] { log = false; }, "Values on a linear axis")
      ->excludes(logarithmic);
}

void add_page(CLI::App& command, report::Page& page) {
  command.add_option("--width", page.width, "Width in cm: a column of a paper, or more")
      ->check(CLI::Range(3.0, 100.0))
      ->type_name("CM")
      ->capture_default_str();
  command.add_option("--height", page.height, "Height in cm (default: what suits the figure)")
      ->check(CLI::Range(2.0, 100.0))
      ->type_name("CM");
  command.add_option("--font-size", page.font_size, "Size of the letters in points")
      ->check(CLI::Range(4.0, 40.0))
      ->type_name("PT")
      ->capture_default_str();
}

}  // namespace

void add_plot(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "plot", "Draw a figure of the results of an analysis for a paper, with gnuplot");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("RESULTS", arguments->directory, "Folder that analyze or merge wrote")
      ->type_name("DIR");
  std::string names;
  for (const report::FigureKind& kind : report::figure_kinds()) {
    names += std::string(kind.name) + ", ";
  }
  command
      ->add_option("--figure", arguments->request.name,
                   names + "or list: prints what each of them shows")
      ->required()
      ->type_name("FIGURE");
  command->add_option("-o,--output", arguments->output, "File to write: .svg, .pdf or .png")
      ->type_name("FILE");
  add_choices(*command, arguments->request);
  add_scales(*command, arguments->request.log);
  add_page(*command, arguments->page);
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad plot --figure list",
      "stategrad plot results --figure spectrum -o spectrum.pdf",
      "stategrad plot results --figure classes --class NN --class VB -o classes.svg",
      "stategrad plot results --figure memory --width 17 -o memory.png",
      "stategrad plot results --figure sentence --sentence 'the keys to' -o sentence.pdf",
      "stategrad plot results --figure embeddings --measure lda -o embeddings.pdf",
      "stategrad plot results --figure angles --compare results-gru -o models.pdf",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { plot(session, *arguments); };
  });
}

}  // namespace stategrad::cli
