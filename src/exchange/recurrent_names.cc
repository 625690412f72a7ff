// SPDX-License-Identifier: MIT
#include "exchange/recurrent_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// A module's name without its last number, and that number: "rnns.1" is "rnns.*" and 1.
std::pair<std::string, int> numbered(const std::string& module) {
  for (std::size_t end = module.size(); end > 0;) {
    const std::size_t dot = module.rfind('.', end - 1);
    const std::size_t begin = dot == std::string::npos ? 0 : dot + 1;
    if (const auto found = number(std::string_view(module).substr(begin, end - begin))) {
      return {module.substr(0, begin) + "*" + module.substr(end), *found};
    }
    if (begin == 0) break;
    end = begin - 1;
  }
  return {module, 0};
}

/// Order of a layer: the number of its module, the number in its name.
using Place = std::pair<int, int>;
using Net = std::map<Place, ForeignLayer>;

std::string& member(ForeignLayer& layer, const std::string& kind) {
  if (kind == "weight_ih") return layer.weight_ih;
  if (kind == "weight_hh") return layer.weight_hh;
  return kind == "bias_ih" ? layer.bias_ih : layer.bias_hh;
}

bool is_below(const std::string& name, const std::string& module) {
  return module.empty() || name == module || name.starts_with(module + ".");
}

void check_supported(const RecurrentName& parsed, const std::string& name,
                     const std::string& file) {
  if (parsed.reverse) {
    throw DataError(file, name, "a bidirectional net, which is no language model");
  }
  if (parsed.kind == "weight_hr") {
    throw DataError(file, name, "an LSTM with projections (proj_size), which cannot be computed");
  }
}

std::vector<ForeignLayer> in_order(const Net& net, const std::string& file) {
  std::vector<ForeignLayer> layers;
  for (const auto& [place, layer] : net) {
    if (layer.weight_ih.empty() || layer.weight_hh.empty()) {
      const std::string& there = layer.weight_ih.empty() ? layer.weight_hh : layer.weight_ih;
      throw DataError(file, there.empty() ? layer.bias_ih + layer.bias_hh : there,
                      "both weight_ih and weight_hh of its layer are needed");
    }
    if (place.second != 0 && !net.contains({place.first, place.second - 1})) {
      throw DataError(file, layer.weight_ih, fmt::format("layer {} is missing", place.second - 1));
    }
    layers.push_back(layer);
  }
  return layers;
}

}  // namespace

std::optional<RecurrentName> parse_recurrent_name(std::string_view name) {
  RecurrentName parsed;
  const std::size_t dot = name.rfind('.');
  std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  std::string_view module = dot == std::string_view::npos ? "" : name.substr(0, dot);
  parsed.raw = take_end(last, "_raw");
  parsed.reverse = take_end(last, "_reverse");
  constexpr std::array<std::string_view, 5> kKinds{"weight_ih", "weight_hh", "bias_ih", "bias_hh",
                                                   "weight_hr"};
  for (const std::string_view kind : kKinds) {
    if (!last.starts_with(kind)) continue;
    std::string_view layer = last.substr(kind.size());
    if (!layer.empty()) {
      if (!layer.starts_with("_l")) return std::nullopt;
      const auto found = number(layer.substr(2));
      if (!found) return std::nullopt;
      parsed.layer = *found;
    }
    parsed.kind = kind;
    if (module == "module") module = "";
    take_end(module, ".module");
    parsed.module = module;
    return parsed;
  }
  return std::nullopt;
}

std::vector<ForeignLayer> find_layers(std::span<const std::string> names, const std::string& module,
                                      const std::string& file) {
  std::map<std::string, Net> nets;
  std::set<std::string> raw;  // What AWD-LSTM keeps beside it was thinned out.
  for (const std::string& name : names) {
    const auto parsed = parse_recurrent_name(name);
    if (!parsed || !is_below(parsed->module, module)) continue;
    check_supported(*parsed, name, file);
    const auto [base, count] = numbered(parsed->module);
    std::string& place = member(nets[base][{count, parsed->layer}], parsed->kind);
    const bool taken = !place.empty();
    if (taken && parsed->raw == raw.contains(place)) {
      throw DataError(file, name, fmt::format("is the same weight as {}", place));
    }
    if (parsed->raw) raw.insert(name);
    if (!taken || parsed->raw) place = name;
  }
  if (nets.empty()) {
    throw DataError(file, "",
                    "holds no recurrent weights (weight_ih_l0, weight_hh_l0 …): name them with "
                    "--map rnn.weight_ih_l0=NAME …");
  }
  if (nets.size() > 1) {
    std::vector<std::string> found;
    for (const auto& [base, net] : nets) found.push_back(fmt::format("'{}'", base));
    throw UsageError(
        fmt::format("{}: holds several recurrent nets, {}: choose one with --map "
                    "rnn=MODULE",
                    file, fmt::join(found, ", ")));
  }
  return in_order(nets.begin()->second, file);
}

}  // namespace stategrad::exchange
