// SPDX-License-Identifier: MIT
#include "report/write_results.h"

#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "report/angle_results.h"
#include "report/comparison_results.h"
#include "report/difference_results.h"
#include "report/memory_results.h"
#include "report/page.h"
#include "report/probe_results.h"
#include "report/reproduce_results.h"
#include "report/result_part.h"
#include "report/sentence_results.h"
#include "report/spectrum_results.h"
#include "report/timescale_results.h"
#include "report/used_results.h"
#include "report/validity_results.h"
#include "report/word_results.h"
#include "stategrad/version.h"

namespace stategrad::report {
namespace {

/// The array of one thing after the other.
template <class Things, class ToJson>
Json array_json(const Things& things, ToJson to_json) {
  Json array = Json::array();
  for (const auto& thing : things) array.push_back(to_json(thing));
  return array;
}

Json class_json(const ClassResult& of_class) {
  return {{"name", of_class.name},
          {"group", of_class.group},
          {"delays", array_json(of_class.delays, delay_json)},
          {"memory", array_json(of_class.memory, memory_json)}};
}

ResultPart states_part(const Results& results) {
  Json states = array_json(results.states, [](const StateResult& of_state) {
    Json json = state_json(of_state.state);
    json["classes"] = array_json(of_state.classes, class_json);
    json["comparisons"] = array_json(of_state.comparisons, comparison_json);
    json["half_life_comparisons"] = array_json(of_state.half_life_comparisons, comparison_json);
    return json;
  });
  return {"states",
          std::move(states),
          {{"spectrum.csv", spectrum_table(results)},
           {"memory.csv", memory_table(results)},
           {"comparisons.csv", comparisons_table(results)}}};
}

/// What every results folder has. A new part is one line here.
std::vector<ResultPart> parts_of(const Results& results, const sinks::ClassStatistics& head,
                                 const Json& probe, const Json& analysis) {
  return {states_part(results),
          words_part(head),
          differences_part(results),
          angles_part(results),
          used_part(results.used),
          used_comparisons_part(results),
          timescales_part(results.timescales),
          validity_part(results.validity),
          probe_part(probe),
          coordinates_part(probe),
          training_part(analysis),
          reproduce_part(analysis)};
}

Json summary_head(const Results& results, const sinks::ClassStatistics& head) {
  Json run = Json::object();
  for (const auto& fact : sinks::facts_of(head.run)) run[fact.first] = cell_json(fact.second);
  Json whitening = {{"kind", std::string(to_string(results.whitening.kind))},
                    {"condition", number_json(results.condition)}};
  if (results.whitening.shrinkage || results.whitening.kind == WhiteningKind::kShrunk) {
    whitening["shrinkage"] = number_json(results.shrinkage);
  }
  if (!results.whitening_failure.empty()) whitening["failure"] = results.whitening_failure;
  Json others = Json::array();
  for (const OtherModel& other : results.others) {
    others.push_back({{"results", other.directory}});
    if (!other.failure.empty()) others.back()["failure"] = other.failure;
  }
  return {{"format", "stategrad results"},
          {"version", 1},
          {"program", STATEGRAD_VERSION},
          {"run", std::move(run)},
          {"blocks", head.blocks},
          {"sample", head.positions.size()},
          {"whitening", std::move(whitening)},
          {"compared_with", std::move(others)}};
}

void write_table(const std::filesystem::path& directory, const ResultPart::File& file) {
  const std::filesystem::path path = directory / file.name;
  if (file.table) return write_file(path, file.table->to_csv());
  std::error_code not_there;
  std::filesystem::remove(path, not_there);
}

}  // namespace

void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head, const Json& probe, const Json& analysis) {
  Json summary = summary_head(results, head);
  for (ResultPart& part : parts_of(results, head, probe, analysis)) {
    for (const ResultPart::File& file : part.files) write_table(directory, file);
    if (!part.json.is_null()) summary[part.key] = std::move(part.json);
  }
  write_file(directory / "summary.json",
             summary.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  Json sentences = sentences_json(head);
  write_sentences(directory, sentences);
  if (!sentences.is_null()) summary["sentences"] = std::move(sentences);
  write_page(directory, shown_on_page(std::move(summary)));
}

}  // namespace stategrad::report
