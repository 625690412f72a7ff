// SPDX-License-Identifier: MIT
#include "report/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text_format.h"
#include "report/figure_drawers.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

struct Drawer {
  FigureKind kind;
  Drawing (*draw)(const Sketch&);
};

constexpr const char* kByAnalyze = "'stategrad analyze' makes it";
constexpr const char* kWithClasses = "'stategrad analyze' with classes makes it";
constexpr const char* kMeasures = "--state --layer --class --measure --log --linear";

/// In the order of the page.
constexpr std::array<Drawer, 14> kDrawers = {{
    {{"memory", "when the memory of every class has fallen to 1/2, 1/10 and 1 %", "states",
      kByAnalyze, kMeasures},
     draw_memory},
    {{"spectrum", "a measure of all words over the delay, its fitted law, and noise", "states",
      kByAnalyze, kMeasures},
     draw_spectrum},
    {{"classes", "a measure of every class over the delay", "states", kByAnalyze, kMeasures},
     draw_classes},
    {{"words", "how strongly the state depends on each word, by its frequency", "word_delays",
      kByAnalyze, "--state --layer --delay"},
     draw_words},
    {{"sentence", "how strongly the state depends on each word of a sentence", "sentences",
      "'stategrad analyze' without --text-sentences 0, or with --sentence, makes it",
      "--state --layer --sentence"},
     draw_sentence},
    {{"differences", "how well difference vectors are remembered, over the delay", "differences",
      "'stategrad analyze --difference' makes it", kMeasures},
     draw_differences},
    {{"angles", "directions that delays, classes or models have in common", "angles", kByAnalyze,
      "--state --layer --class --compare --log --linear"},
     draw_angles},
    {{"cancellation", "what the mean keeps of single state gradients", "states", kByAnalyze,
      "--state --layer --class --log --linear"},
     draw_cancellation},
    {{"used", "what predictions use of the words before", "used",
      "'stategrad analyze' without --no-used makes it", "--class --measure --log --linear"},
     draw_used},
    {{"timescales", "timescales of the units, by their gates", "timescales",
      "'stategrad analyze' makes it of an LSTM or GRU", "--layer --log --linear"},
     draw_timescales},
    {{"validity", "how well state gradients predict true changes of state", "validity",
      "'stategrad analyze' without --validity-sample 0 makes it", kMeasures},
     draw_validity},
    {{"embeddings", "embeddings of words in a plane, by their class", "coordinates", kWithClasses,
      "--class --measure"},
     draw_embeddings},
    {{"confusion", "which classes a probe takes for which", "probe", kWithClasses,
      "--state --layer --delay --group"},
     draw_confusion},
    {{"training", "perplexities of the epochs of training", "training",
      "'stategrad analyze' makes it of a model that was trained here", "--log --linear"},
     draw_training},
}};

const Drawer& drawer_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Drawer& drawer : kDrawers) {
    if (drawer.kind.name == name) return drawer;
    names.emplace_back(drawer.kind.name);
  }
  throw UsageError(fmt::format("--figure '{}': there is {}{}", name, fmt::join(names, ", "),
                               did_you_mean(name, names)));
}

void refuse_other_options(const FigureKind& kind, const FigureRequest& request) {
  const std::array<std::pair<const char*, bool>, 9> given = {{
      {"--state", request.state.has_value()},
      {"--layer", request.layer.has_value()},
      {"--class", !request.classes.empty()},
      {"--measure", request.measure.has_value()},
      {"--delay", request.delay.has_value()},
      {"--group", request.group.has_value()},
      {"--compare", request.compare.has_value()},
      {"--sentence", request.sentence.has_value()},
      {request.log.value_or(true) ? "--log" : "--linear", request.log.has_value()},
  }};
  for (const auto& [option, is_given] : given) {
    if (is_given && std::string_view(kind.options).find(option) == std::string_view::npos) {
      throw UsageError(fmt::format("{}: no option of the figure '{}', which has {}", option,
                                   kind.name, kind.options));
    }
  }
}

}  // namespace

std::vector<FigureKind> figure_kinds() {
  std::vector<FigureKind> kinds;
  for (const Drawer& drawer : kDrawers) kinds.push_back(drawer.kind);
  return kinds;
}

Figure make_figure(const json& summary, const FigureRequest& request) {
  const Drawer& drawer = drawer_of(request.name);
  refuse_other_options(drawer.kind, request);
  Figure figure;
  figure.drawing = drawer.draw({part_of(summary, drawer.kind), request, figure.notes});
  if (auto* chart = std::get_if<Chart>(&figure.drawing); chart != nullptr && request.log) {
    (chart->rows.empty() ? chart->log_y : chart->log_x) = *request.log;
  }
  return figure;
}

}  // namespace stategrad::report
