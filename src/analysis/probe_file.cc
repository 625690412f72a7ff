// SPDX-License-Identifier: MIT
#include "analysis/probe_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

constexpr const char* kFormat = "stategrad probe";
constexpr int kVersion = 1;

bool is_sound(const ProbeFile& file) {
  const Probe& probe = file.probe;
  const auto finite = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  };
  const auto known = [&](int k) { return k >= 0 && k < static_cast<int>(file.class_names.size()); };
  return probe.size > 0 && !probe.classes.empty() && probe.bias.size() == probe.classes.size() &&
         probe.weights.size() == probe.classes.size() * static_cast<std::size_t>(probe.size) &&
         std::all_of(probe.classes.begin(), probe.classes.end(), known) && finite(probe.weights) &&
         finite(probe.bias);
}

/// Of other numbers the library makes any integer.
bool has_whole_numbers(const nlohmann::json& json) {
  const auto whole = [](const auto& number) { return number.is_number_integer(); };
  const auto& classes = json.at("classes");
  return whole(json.at("size")) && std::all_of(classes.begin(), classes.end(), whole);
}

[[noreturn]] void fail_as_damaged(const std::filesystem::path& file) {
  throw DataError(file.string(), "", "a damaged probe: its sizes or numbers make no sense");
}

}  // namespace

std::string to_string(ProbeScheme scheme) {
  return scheme == ProbeScheme::kMultinomial ? "multinomial" : "ovr";
}

void write_probe(const std::filesystem::path& file, const ProbeFile& probe) {
  const ProbeParameters& parameters = probe.chosen.parameters;
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kVersion;
  json["C"] = parameters.loss_weight;
  json["class_weight"] = parameters.balanced ? "balanced" : "none";
  json["multi_class"] = to_string(parameters.scheme);
  json["score"] = probe.chosen.score;
  json["class_names"] = probe.class_names;
  json["size"] = probe.probe.size;
  json["classes"] = probe.probe.classes;
  json["bias"] = probe.probe.bias;
  json["weights"] = probe.probe.weights;
  write_file(file,
             json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

ProbeFile read_probe(const std::filesystem::path& file) {
  const nlohmann::json json = parse_json(file.string(), read_file(file));
  ProbeFile read;
  try {
    if (json.at("format") != kFormat || json.at("version") != kVersion) {
      throw DataError(
          file.string(), "",
          fmt::format("format {} version {} where '{}' version {} was expected",
                      json.at("format").dump(), json.at("version").dump(), kFormat, kVersion));
    }
    read.chosen.parameters = {
        json.at("C").get<double>(), json.at("class_weight") == "balanced",
        json.at("multi_class") == "ovr" ? ProbeScheme::kOneVsRest : ProbeScheme::kMultinomial};
    json.at("score").get_to(read.chosen.score);
    json.at("class_names").get_to(read.class_names);
    if (!has_whole_numbers(json)) fail_as_damaged(file);
    json.at("size").get_to(read.probe.size);
    json.at("classes").get_to(read.probe.classes);
    json.at("bias").get_to(read.probe.bias);
    json.at("weights").get_to(read.probe.weights);
  } catch (const nlohmann::json::exception& e) {
    throw DataError(file.string(), "", fmt::format("no probe of 'stategrad pos': {}", e.what()));
  }
  if (!is_sound(read)) fail_as_damaged(file);
  return read;
}

}  // namespace stategrad::analysis
