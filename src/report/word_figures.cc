// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/figure_drawers.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

/// Place of --delay in a list; at delay 0 all words are still there: the next one says more.
std::size_t place_of_delay(const json& delays, const std::optional<int>& wanted) {
  const auto list = delays.get<std::vector<int>>();
  if (!wanted) return std::min<std::size_t>(1, list.size() - 1);
  const auto found = std::find(list.begin(), list.end(), *wanted);
  if (found == list.end()) {
    throw UsageError(fmt::format("--delay {}: not among those of single words, there is {}",
                                 *wanted, fmt::join(list, ", ")));
  }
  return static_cast<std::size_t>(found - list.begin());
}

std::string text_of(const json& sentence) {
  return fmt::format("{}", fmt::join(sentence.at("words").get<std::vector<std::string>>(), " "));
}

/// The sentence that is exactly the text, or else the first that has it; typed ones come first.
const json& sentence_with(const json& sentences, const std::string& text) {
  const json* best = nullptr;
  int lowest = 4;
  for (const json& sentence : sentences) {
    const std::string words = text_of(sentence);
    if (words.find(text) == std::string::npos) continue;
    const int rank = (words == text ? 0 : 2) + (sentence.at("position").is_null() ? 0 : 1);
    if (rank < lowest) best = &sentence;
    lowest = std::min(lowest, rank);
  }
  if (best == nullptr) {
    throw UsageError(
        fmt::format("--sentence '{}': none of the {} sentences of the results has these words one "
                    "after the other: 'stategrad analyze --sentence' adds it",
                    text, sentences.size()));
  }
  return *best;
}

/// One that was typed, or the first that is neither short nor long.
const json& handy_sentence(const json& sentences) {
  constexpr std::size_t kShortest = 8;
  constexpr std::size_t kLongest = 20;
  const json* handy = nullptr;
  for (const json& sentence : sentences) {
    if (sentence.at("position").is_null()) return sentence;
    const std::size_t words = sentence.at("words").size();
    if (handy == nullptr && words >= kShortest && words <= kLongest) handy = &sentence;
  }
  return handy == nullptr ? sentences.at(0) : *handy;
}

/// "axis 1 (36 % of the variance)"
std::string axis_of(const json& plane, std::size_t axis, const char* of) {
  const json& explained = plane.at("explained");
  const std::string name = fmt::format("axis {}", axis + 1);
  if (axis >= explained.size()) return name;
  return fmt::format("{} ({:.0f} % of the variance{})", name, 100 * explained[axis].get<double>(),
                     of);
}

}  // namespace

Drawing draw_words(const Sketch& sketch) {
  const json& found = *sketch.of_state(sketch.part).front();
  const std::size_t place = place_of_delay(found.at("delays"), sketch.request.delay);
  Chart chart{.x_label = "occurrences in the text",
              .y_label = fmt::format("mean norm of the state gradient at delay {}",
                                     found.at("delays")[place].get<int>()),
              .log_x = true,
              .log_y = true};
  ChartSeries dots{.name = "", .style = ChartStyle::kDots};
  for (const json& word : found.at("words")) {
    const json& norm = word.at("norms").at(place);
    if (!norm.is_number()) continue;
    dots.points.push_back(bare_point(word.at("count").get<double>(), norm.get<double>()));
  }
  chart.series.push_back(std::move(dots));
  return chart;
}

Drawing draw_sentence(const Sketch& sketch) {
  const json& states = sketch.part.at("states");
  const json* state = sketch.of_state(states).front();
  const auto place = static_cast<std::size_t>(state - &states.front());
  const json& sentences = sketch.part.at("sentences");
  const std::optional<std::string>& wanted = sketch.request.sentence;
  const json& sentence = wanted ? sentence_with(sentences, *wanted) : handy_sentence(sentences);
  if (!wanted && sentences.size() > 1) {
    sketch.notes.push_back(fmt::format("drawn for one of {} sentences: choose with --sentence: {}",
                                       sentences.size(), text_of(sentence)));
  }
  HeatMap map{.x_label = "word on which the state depends",
              .y_label = "word read last",
              .value_label = "norm of the state gradient"};
  map.names = sentence.at("words").get<std::vector<std::string>>();
  map.values.assign(map.names.size(), std::vector<double>(map.names.size(), std::nan("")));
  const json& norms = sentence.at("norms").at(place);
  for (std::size_t read = 0; read < norms.size(); ++read) {
    for (std::size_t delay = 0; delay < norms[read].size(); ++delay) {
      map.values.at(read).at(read - delay) = norms[read][delay].get<double>();
    }
  }
  return map;
}

Drawing draw_embeddings(const Sketch& sketch) {
  std::vector<std::string> planes;
  for (const char* name : {"pca", "lda"}) {
    if (sketch.part.contains(name)) planes.emplace_back(name);
  }
  const std::string view = sketch.request.measure.value_or(planes.empty() ? "pca" : planes.front());
  if (std::find(planes.begin(), planes.end(), view) == planes.end()) {
    throw UsageError(fmt::format("--measure '{}': no such plane of the embeddings, there is {}",
                                 view, fmt::join(planes, ", ")));
  }
  const json& plane = sketch.part.at(view);
  const char* of = view == "lda" ? " between classes" : "";
  Chart chart{.x_label = axis_of(plane, 0, of), .y_label = axis_of(plane, 1, of), .bare = true};
  std::vector<std::string> groups = names_of(plane.at("words"), "class");
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  for (const std::size_t place : sketch.chosen(groups, groups.size())) {
    ChartSeries dots{.name = groups[place], .style = ChartStyle::kDots, .look = place};
    for (const json& word : plane.at("words")) {
      if (word.at("class") != groups[place]) continue;
      const double y = number_at(word, "y");  // none with two classes: they lie on a line
      dots.points.push_back(bare_point(number_at(word, "x"), std::isfinite(y) ? y : 0));
    }
    chart.series.push_back(std::move(dots));
  }
  return chart;
}

}  // namespace stategrad::report
