// SPDX-License-Identifier: MIT
#include "report/probe_results.h"

#include <fmt/format.h>

#include <array>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "io/npy.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "stategrad probe results";
constexpr int kVersion = 1;
constexpr const char* kWeights = "weights";
constexpr std::array<const char*, 3> kTables = {"probe.csv", "confusion.csv", "coordinates.csv"};

std::string on(const ProbeResult& probe) {
  return probe.state ? std::string(to_string(probe.state->state)) : "embedding";
}

/// The columns group, on, layer and delay.
std::vector<io::Cell> first_cells(const ProbeResult& probe) {
  io::Cell layer;
  if (probe.state) layer = std::int64_t{probe.state->layer};
  return {probe.group, on(probe), layer, std::int64_t{probe.delay}};
}

Json probe_json(const ProbeResult& probe) {
  const analysis::ProbeEvaluation& found = probe.found;
  return {{"group", probe.group},
          {"on", on(probe)},
          {"layer", probe.state ? Json(probe.state->layer) : Json(nullptr)},
          {"delay", probe.delay},
          {"classes", probe.classes},
          {"left_out", probe.left_out},
          {"count", found.count},
          {"blocks", probe.blocks},
          {"accuracy", estimate_json(found.accuracy, probe.blocks, Bounded::kShare)},
          {"majority", number_json(found.majority)},
          {"control", estimate_json(found.control, probe.blocks, Bounded::kShare)},
          {"selectivity", estimate_json(found.selectivity, probe.blocks)},
          {"c", number_json(found.loss_weight)},
          {"weights", weights_folder(probe).string()},
          {"bias", found.probe.bias},
          {"confusion", found.confusion}};
}

Json plane_json(const WordPlane& plane) {
  Json words = Json::array();
  for (const WordPoint& point : plane.words) {
    words.push_back({{"word", point.word},
                     {"class", point.class_name},
                     {"x", number_json(point.x)},
                     {"y", number_json(point.y)}});
  }
  return {{"explained", plane.explained}, {"words", std::move(words)}};
}

Json coordinates_json(const WordCoordinates& coordinates) {
  Json json = {{"group", coordinates.group}};
  if (coordinates.pca) json["pca"] = plane_json(*coordinates.pca);
  if (coordinates.lda) json["lda"] = plane_json(*coordinates.lda);
  if (coordinates.components) {
    Json words = Json::array();
    for (const std::vector<double>& components : coordinates.components->of_word) {
      Json row = Json::array();
      // Pictures need no more digits, and there are many numbers.
      for (const double value : components) row.push_back(rounded(value, 4));
      words.push_back(std::move(row));
    }
    json["components"] = {{"explained", coordinates.components->explained},
                          {"words", std::move(words)}};
  }
  return json;
}

/// A name of a file or folder: what no name may hold is written as in addresses.
std::string file_name_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '/' || c == '%' || code < 0x20) {
      out += fmt::format("%{:02X}", code);
    } else {
      out += c;
    }
  }
  if (out == "." || out == "..") out.replace(0, 1, "%2E");
  return out;
}

void write_weights(const fs::path& directory, const ProbeResult& probe) {
  const fs::path folder = directory / weights_folder(probe);
  make_folders(folder);
  const analysis::Probe& fitted = probe.found.probe;
  const std::array<std::int64_t, 1> shape{fitted.size};
  for (std::size_t p = 0; p < fitted.classes.size(); ++p) {
    const std::string& name = probe.classes[static_cast<std::size_t>(fitted.classes[p])];
    const auto first =
        fitted.weights.begin() + static_cast<std::ptrdiff_t>(p) * std::ptrdiff_t{fitted.size};
    io::write_npy<double>(folder / (file_name_of(name) + ".npy"), shape,
                          std::vector<double>(first, first + fitted.size));
  }
}

void remove_path(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw DataError(path.string(), "", "cannot be removed: " + error.message());
}

}  // namespace

io::Table probe_table(const ProbeResults& results) {
  io::Table table({"group",
                   "on",
                   "layer",
                   "delay",
                   "classes",
                   "count",
                   "majority",
                   "accuracy",
                   "accuracy_low",
                   "accuracy_high",
                   "accuracy_error",
                   "control",
                   "control_low",
                   "control_high",
                   "control_error",
                   "selectivity",
                   "selectivity_low",
                   "selectivity_high",
                   "selectivity_error",
                   "c"});
  for (const ProbeResult& probe : results.probes) {
    const analysis::ProbeEvaluation& found = probe.found;
    std::vector<io::Cell> row = first_cells(probe);
    row.insert(row.end(), {std::ssize(probe.classes), found.count, found.majority});
    append_estimate(found.accuracy, probe.blocks, row, Bounded::kShare);
    append_estimate(found.control, probe.blocks, row, Bounded::kShare);
    append_estimate(found.selectivity, probe.blocks, row);
    row.emplace_back(found.loss_weight);
    table.add(std::move(row));
  }
  return table;
}

io::Table confusion_table(const ProbeResults& results) {
  io::Table table({"group", "on", "layer", "delay", "true", "found", "count"});
  for (const ProbeResult& probe : results.probes) {
    for (std::size_t k = 0; k < probe.classes.size(); ++k) {
      for (std::size_t j = 0; j < probe.classes.size(); ++j) {
        std::vector<io::Cell> row = first_cells(probe);
        row.insert(row.end(), {probe.classes[k], probe.classes[j], probe.found.confusion[k][j]});
        table.add(std::move(row));
      }
    }
  }
  return table;
}

io::Table coordinates_table(const ProbeResults& results) {
  io::Table table({"projection", "word", "class", "x", "y"});
  const auto add = [&](const char* name, const std::optional<WordPlane>& plane) {
    if (!plane) return;
    for (const WordPoint& point : plane->words) {
      table.add(
          {std::string(name), point.word, point.class_name, cell_of(point.x), cell_of(point.y)});
    }
  };
  add("pca", results.coordinates.pca);
  add("lda", results.coordinates.lda);
  return table;
}

fs::path weights_folder(const ProbeResult& probe) {
  const fs::path folder = fs::path(kWeights) / file_name_of(probe.group);
  if (!probe.state) return folder / "embedding";
  return folder / fmt::format("{}_layer_{}_delay_{}", on(probe), probe.state->layer, probe.delay);
}

void write_probe_results(const fs::path& directory, const ProbeResults& results) {
  for (const ProbeResult& probe : results.probes) write_weights(directory, probe);
  write_file(directory / kTables[0], probe_table(results).to_csv());
  write_file(directory / kTables[1], confusion_table(results).to_csv());
  write_file(directory / kTables[2], coordinates_table(results).to_csv());
  Json probes = Json::array();
  for (const ProbeResult& probe : results.probes) probes.push_back(probe_json(probe));
  const Json file = {{"format", kFormat},
                     {"version", kVersion},
                     {"program", STATEGRAD_VERSION},
                     {"settings", results.settings},
                     {"probe", std::move(probes)},
                     {"coordinates", coordinates_json(results.coordinates)}};
  write_file(directory / kProbeFileName,
             file.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

Json read_probe_json(const fs::path& directory) {
  const fs::path file = directory / kProbeFileName;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return nullptr;
  const nlohmann::json parsed = parse_json(file.string(), read_file(file));
  const JsonFields fields(parsed, file.string(), "");
  if (fields.text("format") != kFormat) {
    fields.fail("format", fmt::format("'{}' was expected: this is another file", kFormat));
  }
  static_cast<void>(fields.integer("version", kVersion, kVersion));
  static_cast<void>(fields.object("settings"));
  static_cast<void>(fields.object("coordinates"));
  if (!parsed.contains("probe") || !parsed["probe"].is_array()) {
    fields.fail("probe", "an array was expected");
  }
  return Json::parse(read_file(file));
}

void remove_probe_results(const fs::path& directory) {
  if (read_probe_json(directory).is_null()) return;
  remove_path(directory / kWeights);
  for (const char* table : kTables) remove(directory / table);
  remove_path(directory / kProbeFileName);
}

ResultPart probe_part(const Json& probe) {
  return {"probe", probe.is_null() ? Json(nullptr) : probe.at("probe")};
}

ResultPart coordinates_part(const Json& probe) {
  return {"coordinates", probe.is_null() ? Json(nullptr) : probe.at("coordinates")};
}

}  // namespace stategrad::report
