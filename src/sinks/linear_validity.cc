// SPDX-License-Identifier: MIT
#include "sinks/linear_validity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <limits>
#include <map>

#include "base/random.h"
#include "gradient/engine.h"
#include "gradient/layer_stack.h"
#include "gradient/memory.h"
#include "gradient/source_sample.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

/// Words between two looks for samples whose true changes are computed next.
constexpr std::int64_t kPiece = 256;
/// True changes below this share of the state are left out.
constexpr double kLeastChange = 1e-9;
/// Random stream of the words that are drawn.
constexpr std::uint64_t kWordStream = 0x4c56'0000;

double norm_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

/// The tokens of each signature, sorted by word.
std::map<std::int32_t, std::vector<WordId>> tokens_by_signature(
    std::span<const WordId> text, std::span<const std::int32_t> signature) {
  std::map<std::int32_t, std::vector<WordId>> tokens;
  for (std::size_t i = 0; i < text.size(); ++i) {
    tokens[signature.empty() ? 0 : signature[i]].push_back(text[i]);
  }
  for (auto& [key, words] : tokens) std::sort(words.begin(), words.end());
  return tokens;
}

void require_sense(std::span<const WordId> text, const ReplacementOptions& options) {
  if (options.samples < 1 || options.max_delay < 1) {
    throw UsageError(fmt::format("{} samples at {} delays: give at least 1 of each",
                                 options.samples, options.max_delay));
  }
  if (std::ssize(text) < options.max_delay) {
    throw UsageError(fmt::format("the text has {} words: {} delays need as many", text.size(),
                                 options.max_delay));
  }
  if (!options.signature.empty() && options.signature.size() != text.size()) {
    throw UsageError(
        fmt::format("{} signatures of {} words", options.signature.size(), text.size()));
  }
}

/// The pass over the sources of the sample.
GradientOptions pass_of(const ValidityOptions& options, std::span<const Replacement> replacements) {
  GradientOptions pass;
  pass.states = options.states;
  pass.max_delay = options.max_delay;
  for (const Replacement& replacement : replacements) {
    pass.sources.push_back(replacement.position);
  }
  return pass;
}

/// What the replacement of one word does.
struct Change {
  std::int64_t position = 0;
  std::size_t sample = 0;                     ///< index among the replacements
  std::vector<double> of_embedding;           ///< [E] e' - e
  std::vector<std::vector<double>> of_state;  ///< [state][D, H] c
  std::vector<std::vector<double>> least;     ///< [state][D] the |c| that can be trusted
};

/// Reads the text on, and again from each replaced word.
class Rereader {
 public:
  Rereader(const LanguageModel<double>& model, const GradientRun& run, ThreadTeam& team)
      : model_(model), run_(run), team_(team), now_(model, run.architecture.num_layers, 0, 1) {}

  /// @param replacement behind those before it
  Change change(const Replacement& replacement) {
    read_to(replacement.position);
    const auto delays = static_cast<std::size_t>(run_.max_delay);
    const auto size = static_cast<std::size_t>(run_.architecture.size);
    gradient::LayerStack<double> both(model_, run_.architecture.num_layers, run_.max_delay, 2);
    both.start_from(now_);
    both.embed(run_.text.subspan(static_cast<std::size_t>(replacement.position), delays));
    Change out{.position = replacement.position,
               .sample = sample_++,
               .of_embedding = replace(both, replacement.word),
               .of_state = {},
               .least = {}};
    both.forward(team_);
    for (const StateOfLayer& state : run_.states) {
      std::vector<double> change(delays * size);
      std::vector<double> least(delays);
      for (std::size_t d = 0; d < delays; ++d) {
        const auto values = both.state_after(state, static_cast<int>(d));  // [2, H]
        for (std::size_t u = 0; u < size; ++u) {
          change[d * size + u] = values[size + u] - values[u];
        }
        least[d] = kLeastChange * norm_of(values.first(size));
      }
      out.of_state.push_back(std::move(change));
      out.least.push_back(std::move(least));
    }
    return out;
  }

 private:
  void read_to(std::int64_t position) {
    while (position_ < position) {
      const std::int64_t words = std::min(kPiece, position - position_);
      gradient::LayerStack<double> piece(model_, run_.architecture.num_layers,
                                         static_cast<int>(words), 1);
      piece.start_from(now_);
      piece.embed(
          run_.text.subspan(static_cast<std::size_t>(position_), static_cast<std::size_t>(words)));
      piece.forward(team_);
      now_ = std::move(piece);
      position_ += words;
    }
  }

  /// Puts the word at the start of the second stream. @returns e' - e
  std::vector<double> replace(gradient::LayerStack<double>& both, WordId word) const {
    const auto width = static_cast<std::size_t>(run_.architecture.embedding_size);
    const double* other =
        model_.parameters().embedding.data() + static_cast<std::size_t>(word) * width;
    const auto input = both.input();
    std::vector<double> difference(width);
    for (std::size_t e = 0; e < width; ++e) {
      difference[e] = other[e] - input[width + e];
      input[width + e] = other[e];
    }
    return difference;
  }

  const LanguageModel<double>& model_;
  const GradientRun& run_;
  ThreadTeam& team_;
  gradient::LayerStack<double> now_;  ///< ends before position_
  std::int64_t position_ = 0;
  std::size_t sample_ = 0;
};

/// Compares each state gradient with the true change of its source.
class Comparison : public GradientSink {
 public:
  /// @param samples P
  Comparison(const GradientRun& run, std::size_t samples)
      : delays_(static_cast<std::size_t>(run.max_delay)),
        predicted_(static_cast<std::size_t>(run.architecture.size)) {
    const std::vector<double> none(samples * delays_, std::numeric_limits<double>::quiet_NaN());
    values_.assign(run.states.size(), {none, none, none});
  }

  void begin(const GradientRun& /*run*/) override {}
  void add(Change change) { changes_.push_back(std::move(change)); }
  /// Drops the changes that no block will ask for.
  void forget_before(std::int64_t position) {
    while (!changes_.empty() && changes_.front().position < position) changes_.pop_front();
  }
  [[nodiscard]] std::vector<ValidityValues> take() { return std::move(values_); }

  void push(const GradientBlock& block) override {
    const std::int64_t source = block.key.position - block.key.delay;
    const auto found =
        std::lower_bound(changes_.begin(), changes_.end(), source,
                         [](const Change& a, std::int64_t b) { return a.position < b; });
    predict(block, found->of_embedding);
    const auto state = static_cast<std::size_t>(block.key.state_index);
    const auto delay = static_cast<std::size_t>(block.key.delay);
    const auto size = static_cast<std::size_t>(block.size);
    const std::span<const double> change =
        std::span(found->of_state[state]).subspan(delay * size, size);
    compare(change, found->least[state][delay], values_[state], found->sample * delays_ + delay);
  }
  void finish() override {}

 private:
  void predict(const GradientBlock& block, std::span<const double> change) {
    std::fill(predicted_.begin(), predicted_.end(), 0);
    const double* row = std::get<const double*>(block.values);
    for (std::size_t r = 0; r < change.size(); ++r, row += predicted_.size()) {
      for (std::size_t u = 0; u < predicted_.size(); ++u) predicted_[u] += change[r] * row[u];
    }
  }

  void compare(std::span<const double> change, double least, ValidityValues& values,
               std::size_t at) const {
    const double size = norm_of(change);
    if (!(size > 0) || size < least) return;
    const double predicted = norm_of(predicted_);
    double product = 0;
    double squared_error = 0;
    for (std::size_t u = 0; u < change.size(); ++u) {
      product += change[u] * predicted_[u];
      squared_error += (change[u] - predicted_[u]) * (change[u] - predicted_[u]);
    }
    values.ratio[at] = predicted / size;
    values.cosine[at] = predicted > 0 ? product / (predicted * size) : 0;
    values.error[at] = std::sqrt(squared_error) / size;
  }

  std::size_t delays_;
  std::deque<Change> changes_;
  std::vector<double> predicted_;  ///< [H]
  std::vector<ValidityValues> values_;
};

}  // namespace

ReplacementSample ReplacementSample::within(std::int64_t first, std::int64_t last) const {
  ReplacementSample out;
  std::copy_if(replacements.begin(), replacements.end(), std::back_inserter(out.replacements),
               [&](const Replacement& x) { return first <= x.position && x.position < last; });
  std::copy_if(left_out.begin(), left_out.end(), std::back_inserter(out.left_out),
               [&](std::int64_t position) { return first <= position && position < last; });
  return out;
}

ReplacementSample draw_replacements(std::span<const WordId> text,
                                    const ReplacementOptions& options) {
  require_sense(text, options);
  const std::int64_t places = std::ssize(text) - options.max_delay + 1;
  const auto tokens = tokens_by_signature(text, options.signature);
  RandomStream random(options.seed, kWordStream);
  ReplacementSample out;
  for (const std::int64_t position :
       gradient::stratified_sources(places, std::min(options.samples, places), options.seed)) {
    const auto at = static_cast<std::size_t>(position);
    const auto& words = tokens.at(options.signature.empty() ? 0 : options.signature[at]);
    const auto [first, last] = std::equal_range(words.begin(), words.end(), text[at]);
    const auto others = static_cast<std::uint64_t>(std::ssize(words) - (last - first));
    if (others == 0) {
      out.left_out.push_back(position);
      continue;
    }
    // The tokens before those of the word itself, then those behind them.
    const auto drawn = static_cast<std::ptrdiff_t>(random.below(others));
    const auto skipped = drawn < first - words.begin() ? 0 : last - first;
    out.replacements.push_back(
        {.position = position, .word = words[static_cast<std::size_t>(drawn + skipped)]});
  }
  return out;
}

std::vector<ValidityValues> linear_validity(const LanguageModel<double>& model,
                                            std::span<const WordId> text,
                                            std::span<const Replacement> replacements,
                                            const ValidityOptions& options, ThreadTeam& team) {
  const GradientRun run = plan_state_gradients(model, text, pass_of(options, replacements));
  Comparison comparison(run, replacements.size());
  if (replacements.empty()) return comparison.take();
  const std::int64_t words = replacements.back().position + options.max_delay;
  if (words > std::ssize(text)) {
    throw UsageError(fmt::format("position {}: the text has fewer than {} words from there",
                                 replacements.back().position, options.max_delay));
  }
  Rereader rereader(model, run, team);
  gradient::StateGradientEngine<double> engine(model, run, {}, team);
  auto next = replacements.begin();
  while (engine.position() < words) {
    const std::int64_t end = std::min(words, engine.position() + kPiece);
    comparison.forget_before(engine.position() - options.max_delay + 1);
    for (; next != replacements.end() && next->position < end; ++next) {
      comparison.add(rereader.change(*next));
    }
    engine.advance(end - engine.position(), comparison, options.stop, options.on_progress);
  }
  return comparison.take();
}

std::uint64_t linear_validity_bytes(const GradientRun& run,
                                    std::span<const Replacement> replacements, int threads) {
  if (replacements.empty()) return 0;
  GradientRun pass = run;
  pass.sources.clear();
  for (const Replacement& replacement : replacements) {
    pass.sources.push_back(replacement.position);
  }
  const double states = static_cast<double>(run.states.size()) * run.max_delay;
  const double samples = static_cast<double>(replacements.size());
  const double stretch =
      static_cast<double>(replacements.back().position - replacements.front().position + 1);
  const double waiting = std::min(samples, 1 + samples / stretch * (kPiece + run.max_delay));
  // Two streams of D words: states, gates and what else the layers keep.
  const double reading = 2.0 * run.max_delay * run.architecture.num_layers *
                         (gate_count(run.architecture.cell) + 4) * run.architecture.size;
  const double numbers =
      samples * states * 3 + waiting * states * (run.architecture.size + 1) + reading;
  return gradient::engine_bytes(pass, DType::kFloat64, threads) +
         static_cast<std::uint64_t>(sizeof(double) * std::min(numbers, 1e17));
}

}  // namespace stategrad::sinks
