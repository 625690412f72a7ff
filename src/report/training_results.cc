// SPDX-License-Identifier: MIT
#include "report/training_results.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "stategrad/config.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kColumns = "epoch,learning_rate,train_perplexity,valid_perplexity";

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <class Number>
Number number(std::string_view text, const fs::path& file, std::size_t line) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw DataError(file.string(), fmt::format("line {}", line),
                    fmt::format("'{}' is no number", text));
  }
  return value;
}

}  // namespace

Json training_json(const fs::path& model_directory, const model::ModelDescription& description,
                   WhichWeights weights) {
  const fs::path file = model_directory / "metrics.csv";
  if (!fs::exists(file)) return nullptr;
  const std::string text = read_file(file);
  const std::vector<std::string_view> lines = split(text, '\n');
  if (!lines.front().starts_with(kColumns)) {
    throw DataError(file.string(), "line 1", fmt::format("'{}' was expected", kColumns));
  }
  Json epochs = Json::array();
  Json best;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty(); ++i) {
    const std::vector<std::string_view> fields = split(lines[i], ',');
    if (fields.size() < 4) {
      throw DataError(file.string(), fmt::format("line {}", i + 1), "has too few columns");
    }
    const auto field = [&](std::size_t column) {
      return number<double>(fields[column], file, i + 1);
    };
    const auto epoch = number<std::int64_t>(fields[0], file, i + 1);
    epochs.push_back({{"epoch", epoch},
                      {"learning_rate", number_json(field(1))},
                      {"train_perplexity", number_json(field(2))},
                      {"valid_perplexity", number_json(field(3))}});
    if (field(3) < lowest) {
      lowest = field(3);
      best = epoch;
    }
  }
  Json configuration = Json::object();
  for (const auto& [key, value] : config_items(description.config)) configuration[key] = value;
  return {{"epochs", std::move(epochs)},
          {"best", std::move(best)},
          {"seed", description.seed},
          {"test_perplexity", number_json(description.test_perplexity)},
          {"weights", weights == WhichWeights::kBest ? "best" : "last"},
          {"configuration", std::move(configuration)}};
}

}  // namespace stategrad::report
