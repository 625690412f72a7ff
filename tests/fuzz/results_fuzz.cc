// SPDX-License-Identifier: MIT
//
// The JSON files of results, read again by later commands.
#include <nlohmann/json.hpp>

#include "analysis/probe_file.h"
#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "base/scratch_folder.h"
#include "fuzz_file.h"
#include "report/figures.h"
#include "report/probe_results.h"
#include "report/reproduce_results.h"

namespace {

namespace report = stategrad::report;

/// Figures may throw what the JSON library does for another form (figures.h).
void draw_all(std::string_view text) {
  const nlohmann::json summary = stategrad::parse_json("summary.json", text);
  for (const report::FigureKind& kind : report::figure_kinds()) {
    stategrad::fuzz::expect_errors_only([&] {
      try {
        static_cast<void>(report::make_figure(summary, {.name = kind.name}));
      } catch (const nlohmann::json::exception&) {
      }
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const stategrad::ScratchFolder folder("/dev/shm");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = [&](const char* name, auto&& reader) {
    stategrad::write_file(folder.path() / name, text);
    stategrad::fuzz::expect_errors_only(reader);
  };
  read(report::kAnalysisFileName, [&] {
    static_cast<void>(report::read_analysis_json(folder.path(), {{"model", "a"}, {"text", "b"}}));
  });
  read(report::kProbeFileName, [&] { static_cast<void>(report::read_probe_json(folder.path())); });
  read("pos.json",
       [&] { static_cast<void>(stategrad::analysis::read_probe(folder.path() / "pos.json")); });
  return stategrad::fuzz::expect_errors_only([&] { draw_all(text); });
}
