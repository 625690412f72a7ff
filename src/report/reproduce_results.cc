// SPDX-License-Identifier: MIT
#include "report/reproduce_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/atomic_file.h"
#include "base/json_fields.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "stategrad analysis";
constexpr int kVersion = 1;

ResultPart part(const char* key, const Json& analysis) {
  return {key, analysis.is_null() ? Json(nullptr) : analysis.at(key)};
}

}  // namespace

void write_analysis_json(const fs::path& directory, const Reproduce& reproduce,
                         const Json& fingerprints, const Json& training) {
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"fingerprints", fingerprints},
                     {"reproduce",
                      {{"commands", reproduce.commands},
                       {"version", reproduce.version},
                       {"seed", reproduce.seed},
                       {"threads", reproduce.threads},
                       {"machine", reproduce.machine},
                       {"compiler", reproduce.compiler},
                       {"kernels", reproduce.kernels}}},
                     {"training", training}};
  write_file(directory / kAnalysisFileName,
             json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json read_analysis_json(const fs::path& directory, const Json& fingerprints) {
  const fs::path file = directory / kAnalysisFileName;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return nullptr;
  const std::string text = read_file(file);
  nlohmann::json parsed = parse_json(file.string(), text);
  const JsonFields fields(parsed, file.string(), "");
  if (fields.text("format") != kFormat) {
    fields.fail("format", fmt::format("'{}' was expected: this is another file", kFormat));
  }
  static_cast<void>(fields.integer("version", kVersion, kVersion));
  static_cast<void>(fields.object("fingerprints"));
  static_cast<void>(fields.object("reproduce"));
  const auto& commands = parsed["reproduce"]["commands"];
  if (!commands.is_array() ||
      !std::all_of(commands.begin(), commands.end(),
                   [](const auto& command) { return command.is_string(); })) {
    fields.fail("reproduce.commands", "an array of texts was expected");
  }
  if (!parsed.contains("training")) fields.fail("training", "is missing");
  Json json = Json::parse(text);
  return json.at("fingerprints") == fingerprints ? json : Json(nullptr);
}

ResultPart reproduce_part(const Json& analysis) { return part("reproduce", analysis); }

ResultPart training_part(const Json& analysis) { return part("training", analysis); }

}  // namespace stategrad::report
