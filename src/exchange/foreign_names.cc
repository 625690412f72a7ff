// SPDX-License-Identifier: MIT
#include "exchange/foreign_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

constexpr std::array<std::string_view, 12> kEmbeddingModules{
    "encoder",        "embedding", "embeddings", "embed",  "emb",          "word_embeddings",
    "word_embedding", "word_emb",  "wte",        "lookup", "lookup_table", "input_embedding"};
constexpr std::array<std::string_view, 14> kOutputModules{
    "decoder",    "output", "out",     "fc",      "linear",     "lin",       "proj",
    "projection", "head",   "lm_head", "softmax", "classifier", "generator", "hidden2out"};

/// Whether a part of a name between dots is on the list.
bool has_part(std::string_view name, std::span<const std::string_view> list) {
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    const std::string_view part = name.substr(0, dot);
    if (std::find(list.begin(), list.end(), part) != list.end()) return true;
    if (dot == std::string_view::npos) return false;
    name.remove_prefix(dot + 1);
  }
  return false;
}

class Search {
 public:
  Search(const io::ArrayFile& file, std::int64_t vocab_size, const NameMap& map)
      : file_(file), vocab_size_(vocab_size), map_(map) {
    for (const auto& [name, array] : file.arrays()) all_.push_back(name);
  }

  ForeignNames find() {
    check_map();
    names_.layers = layers();
    const std::int64_t inputs = columns(names_.layers.front().weight_ih);
    const std::int64_t units = columns(names_.layers.back().weight_hh);
    find_matrices(inputs, units);
    names_.output_bias = bias();
    list_unused();
    return std::move(names_);
  }

 private:
  [[nodiscard]] const std::vector<std::int64_t>& shape(const std::string& name) const {
    return file_.arrays().at(name).shape;
  }
  [[nodiscard]] std::int64_t columns(const std::string& name) const {
    if (shape(name).size() != 2) {
      throw DataError(
          file_.path(), name,
          fmt::format("has the shape [{}], a matrix was expected", fmt::join(shape(name), ", ")));
    }
    return shape(name)[1];
  }
  [[nodiscard]] std::string mapped(const std::string& ours) const {
    const auto found = map_.find(ours);
    return found == map_.end() ? "" : found->second;
  }

  void check_map() const {
    for (const auto& [ours, theirs] : map_) {
      const auto recurrent = parse_recurrent_name(ours);
      const bool known = ours == "embedding.weight" || ours == "output.weight" ||
                         ours == "output.bias" || ours == "rnn" ||
                         (recurrent && recurrent->module == "rnn" && !recurrent->reverse &&
                          !recurrent->raw && recurrent->kind != "weight_hr");
      if (!known) {
        throw UsageError(fmt::format(
            "--map {}={}: must be embedding.weight, output.weight, output.bias, rnn, or a weight "
            "such as rnn.weight_ih_l0, rnn.bias_hh_l1",
            ours, theirs));
      }
      if (ours != "rnn" && !file_.arrays().contains(theirs)) {
        throw UsageError(fmt::format("--map {}={}: {} has no such array, only {}", ours, theirs,
                                     file_.path(), some(all_)));
      }
    }
  }

  /// A list for a message.
  static std::string some(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 12;
    const std::vector<std::string> first(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, names.size())));
    return fmt::format("{}{}", fmt::join(first, ", "), names.size() > kShown ? " …" : "");
  }

  std::vector<ForeignLayer> layers() const {
    std::map<int, ForeignLayer> given;
    for (const auto& [ours, theirs] : map_) {
      const auto parsed = parse_recurrent_name(ours);
      if (!parsed) continue;
      ForeignLayer& layer = given[parsed->layer];
      (parsed->kind == "weight_ih"   ? layer.weight_ih
       : parsed->kind == "weight_hh" ? layer.weight_hh
       : parsed->kind == "bias_ih"   ? layer.bias_ih
                                     : layer.bias_hh) = theirs;
    }
    if (given.empty()) return find_layers(all_, mapped("rnn"), file_.path());
    std::vector<ForeignLayer> result;
    for (const auto& [number, layer] : given) {
      if (number != static_cast<int>(result.size()) || layer.weight_ih.empty() ||
          layer.weight_hh.empty()) {
        throw UsageError(fmt::format("--map: rnn.weight_ih_l{0} and rnn.weight_hh_l{0} are needed",
                                     result.size()));
      }
      result.push_back(layer);
    }
    return result;
  }

  [[nodiscard]] std::vector<std::string> matrices(std::int64_t wanted_columns) const {
    std::vector<std::string> found;
    for (const auto& [name, array] : file_.arrays()) {
      if (array.shape == std::vector<std::int64_t>{vocab_size_, wanted_columns} &&
          !parse_recurrent_name(name)) {
        found.push_back(name);
      }
    }
    return found;
  }
  static std::vector<std::string> named(const std::vector<std::string>& names,
                                        std::span<const std::string_view> list) {
    std::vector<std::string> found;
    for (const std::string& name : names) {
      if (has_part(name, list)) found.push_back(name);
    }
    return found;
  }

  void find_matrices(std::int64_t inputs, std::int64_t units) {
    const std::vector<std::string> of_input = matrices(inputs);
    const std::vector<std::string> of_output = matrices(units);
    names_.embedding = mapped("embedding.weight");
    names_.output_weight = mapped("output.weight");
    if (names_.embedding.empty()) {
      names_.embedding =
          choose("embedding.weight", of_input, kEmbeddingModules, named(of_output, kOutputModules));
    }
    if (names_.embedding.empty()) fail_missing("embedding", inputs);
    if (names_.output_weight.empty()) {
      names_.output_weight = choose("output.weight", of_output, kOutputModules, {names_.embedding});
    }
    if (names_.output_weight.empty() && inputs == units) names_.output_weight = names_.embedding;
    if (names_.output_weight.empty()) fail_missing("output", units);
  }

  [[noreturn]] void fail_missing(std::string_view what, std::int64_t wanted_columns) const {
    std::vector<std::string> others;
    for (const auto& [name, array] : file_.arrays()) {
      if (array.shape.size() == 2 && array.shape[1] == wanted_columns &&
          !parse_recurrent_name(name)) {
        others.push_back(fmt::format("{} [{}]", name, fmt::join(array.shape, ", ")));
      }
    }
    throw DataError(file_.path(), "",
                    fmt::format("holds no {} matrix [{}, {}], a row for each of the {} words of "
                                "the vocabulary{}",
                                what, vocab_size_, wanted_columns, vocab_size_,
                                others.empty() ? "" : ": there is " + some(others)));
  }

  /// The one candidate that is left: of usual names if there are such, without the others' names,
  /// and equal ones taken as one. Empty if there is none.
  std::string choose(const std::string& ours, const std::vector<std::string>& candidates,
                     std::span<const std::string_view> usual,
                     const std::vector<std::string>& others) const {
    std::vector<std::string> left = named(candidates, usual);
    if (left.empty()) left = candidates;
    std::erase_if(left, [&](const std::string& name) {
      return std::find(others.begin(), others.end(), name) != others.end();
    });
    if (left.empty()) return "";
    if (left.size() > 1) {
      const std::vector<double> first = file_.read(left.front());
      for (std::size_t i = 1; i < left.size(); ++i) {
        if (file_.read(left[i]) == first) continue;
        throw UsageError(fmt::format("{}: {} could be {}: choose with --map {}=NAME", file_.path(),
                                     ours, fmt::join(left, " or "), ours));
      }
    }
    return left.front();
  }

  [[nodiscard]] std::string bias() const {
    std::string given = mapped("output.bias");
    if (!given.empty()) return given;
    const std::vector<std::int64_t> wanted{vocab_size_};
    const std::string& weight = names_.output_weight;
    if (weight.ends_with("weight") && weight != names_.embedding) {
      std::string sibling = weight.substr(0, weight.size() - 6) + "bias";
      if (file_.arrays().contains(sibling)) return sibling;
    }
    std::vector<std::string> fitting;
    for (const auto& [name, array] : file_.arrays()) {
      if (array.shape == wanted && name.ends_with("bias")) fitting.push_back(name);
    }
    if (fitting.size() > 1) {
      throw UsageError(
          fmt::format("{}: output.bias could be {}: choose with --map output.bias=NAME",
                      file_.path(), fmt::join(fitting, " or ")));
    }
    return fitting.empty() ? "" : fitting.front();
  }

  void list_unused() {
    std::vector<std::string> used{names_.embedding, names_.output_weight, names_.output_bias};
    for (const ForeignLayer& layer : names_.layers) {
      used.insert(used.end(), {layer.weight_ih, layer.weight_hh, layer.bias_ih, layer.bias_hh});
    }
    for (const std::string& name : all_) {
      if (std::find(used.begin(), used.end(), name) == used.end()) names_.unused.push_back(name);
    }
  }

  const io::ArrayFile& file_;
  std::int64_t vocab_size_;
  const NameMap& map_;
  std::vector<std::string> all_;
  ForeignNames names_;
};

}  // namespace

ForeignNames find_names(const io::ArrayFile& file, std::int64_t vocab_size, const NameMap& map) {
  return Search(file, vocab_size, map).find();
}

}  // namespace stategrad::exchange
