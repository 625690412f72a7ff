// SPDX-License-Identifier: MIT
#include "model/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/json_fields.h"
#include "base/random.h"
#include "model/scoring.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

using nlohmann::json;

constexpr std::size_t kSentences = 3;
constexpr std::size_t kWords = 9;
/// Sentences of other programs may be longer; what does not end is no sample.
constexpr std::size_t kMostWords = 10'000;

template <class Real>
std::vector<double> score(const LanguageModel<Real>& model, const std::vector<WordId>& words) {
  ThreadTeam team(1);
  const std::size_t count = words.size() - 1;
  Scorer<Real> scorer(model, 1, static_cast<int>(count), team);
  std::vector<double> result(count);
  scorer.score(std::span(words).first(count), std::span(words).last(count), result);
  return result;
}

Sample parse_sample(const json& value, std::int64_t vocab_size, const std::string& file,
                    const std::string& path) {
  const JsonFields fields(value, file, path);
  const auto array = [&](const char* name) -> const json& {
    const auto found = value.find(name);
    if (found == value.end() || !found->is_array()) fields.fail(name, "a list was expected here");
    return *found;
  };
  Sample sample;
  for (const json& word : array("words")) {
    if (!word.is_number_integer() || word < 0 || word >= vocab_size) {
      fields.fail("words", fmt::format("a word id in 0..{} was expected", vocab_size - 1));
    }
    sample.words.push_back(word.get<WordId>());
  }
  for (const json& number : array("log_probabilities")) {
    if (!number.is_number()) fields.fail("log_probabilities", "a number was expected here");
    sample.log_probabilities.push_back(number.get<double>());
  }
  if (sample.words.size() < 2 || sample.words.size() > kMostWords ||
      sample.words.size() != sample.log_probabilities.size() + 1) {
    fields.fail("words", fmt::format("{} words do not go with {} log-probabilities",
                                     sample.words.size(), sample.log_probabilities.size()));
  }
  return sample;
}

}  // namespace

template <class Real>
std::vector<Sample> make_samples(const LanguageModel<Real>& model) {
  RandomStream random(1);
  std::vector<Sample> samples(kSentences);
  for (Sample& sample : samples) {
    for (std::size_t i = 0; i < kWords; ++i) {
      sample.words.push_back(static_cast<WordId>(
          random.below(static_cast<std::uint64_t>(model.architecture().vocab_size))));
    }
    sample.log_probabilities = score(model, sample.words);
    for (const double value : sample.log_probabilities) {
      if (!std::isfinite(value)) {
        throw NumericalError(
            "a log-probability of the model is not finite: it has diverged, a lower learning_rate "
            "or max_grad_norm may help");
      }
    }
  }
  return samples;
}

std::string samples_to_text(const std::vector<Sample>& samples) {
  json list = json::array();
  for (const Sample& sample : samples) {
    list.push_back({{"words", sample.words}, {"log_probabilities", sample.log_probabilities}});
  }
  return list.dump();
}

std::vector<Sample> parse_samples(const std::string& text, std::int64_t vocab_size,
                                  const std::string& file) {
  const json list = parse_json(file + ": __metadata__.samples", text);
  if (!list.is_array() || list.empty()) {
    throw DataError(file, "__metadata__.samples", "not a list of sentences");
  }
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < list.size(); ++i) {
    samples.push_back(
        parse_sample(list[i], vocab_size, file, fmt::format("__metadata__.samples[{}]", i)));
  }
  return samples;
}

template <class Real>
void replay_samples(const LanguageModel<Real>& model, const std::vector<Sample>& samples,
                    const std::string& file) {
  constexpr double kTolerance = std::is_same_v<Real, float> ? 1e-4 : 1e-9;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    const Sample& sample = samples[s];
    const std::vector<double> found = score(model, sample.words);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double expected = sample.log_probabilities[i];
      // Written so that NaN fails.
      if (!(std::abs(found[i] - expected) <= kTolerance * std::max(1.0, std::abs(expected)))) {
        throw DataError(
            file, fmt::format("sample {}, word {}", s, i + 1),
            fmt::format("its log-probability is {} where {} was stored: the file was altered, or "
                        "written by a program that computes something else",
                        found[i], expected));
      }
    }
  }
}

template std::vector<Sample> make_samples(const LanguageModel<float>&);
template std::vector<Sample> make_samples(const LanguageModel<double>&);
template void replay_samples(const LanguageModel<float>&, const std::vector<Sample>&,
                             const std::string&);
template void replay_samples(const LanguageModel<double>&, const std::vector<Sample>&,
                             const std::string&);

}  // namespace stategrad::model
