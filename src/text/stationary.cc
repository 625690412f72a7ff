// SPDX-License-Identifier: MIT
#include "text/stationary.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "stategrad/errors.h"
#include "text/slot_clock.h"

namespace stategrad::text {
namespace {

struct Transition {
  std::size_t from = 0;
  std::size_t to = 0;
  double probability = 0;
};

double information(double probability) {
  return probability > 0 ? -probability * std::log(probability) : 0;
}

/// The clock's states that can be reached, and what can follow each of them.
class Chain {
 public:
  Chain(std::span<const int> lags, double cue_probability, double end_probability)
      : lags_(lags), cue_probability_(cue_probability), end_probability_(end_probability) {
    state_of(SlotClock(lags));
    for (; !waiting_.empty(); waiting_.pop_front()) expand(waiting_.front());
  }

  /// The distribution over states that a word leaves unchanged.
  [[nodiscard]] std::vector<double> stationary() const {
    constexpr int kMostSteps = 1'000'000;
    constexpr double kStill = 1e-15;
    std::vector<double> now(entropies_.size(), 0.0);
    std::vector<double> next(now.size());
    now[0] = 1;
    for (int step = 0; step < kMostSteps; ++step) {
      next.assign(next.size(), 0.0);
      for (const Transition& t : transitions_) next[t.to] += t.probability * now[t.from];
      double total = 0;
      double change = 0;
      for (std::size_t i = 0; i < now.size(); ++i) {
        total += next[i];
        change += std::abs(next[i] - now[i]);
      }
      for (double& share : next) share /= total;
      now.swap(next);
      if (change < kStill) return now;
    }
    throw InternalError("the clock of a synthetic language does not settle");
  }

  /// Of every state: the probabilities of its choices.
  struct Choices {
    std::vector<bool> opens;
    bool ends = false;
    double filler = 0;
  };
  [[nodiscard]] const std::vector<Choices>& choices() const { return choices_; }
  [[nodiscard]] const std::vector<double>& entropies() const { return entropies_; }

 private:
  std::size_t state_of(const SlotClock& clock) {
    std::uint64_t key = clock.at_start() ? 1 : 0;
    for (std::size_t slot = 0; slot < lags_.size(); ++slot) {
      key = key * static_cast<std::uint64_t>(lags_[slot] + 1) +
            static_cast<std::uint64_t>(clock.left()[slot]);
    }
    const auto [place, is_new] = states_.try_emplace(key, states_.size());
    if (is_new) waiting_.push_back(clock);
    return place->second;
  }

  void expand(const SlotClock& clock) {
    const std::size_t from = choices_.size();
    Choices choices{std::vector<bool>(lags_.size(), false), false, 0};
    double entropy = 0;
    double rest = 1;
    const auto go = [&](double probability, const SlotClock& to) {
      transitions_.push_back({from, state_of(to), probability});
      entropy += information(probability);
      rest -= probability;
    };
    for (std::size_t slot = 0; slot < lags_.size(); ++slot) {
      if (!clock.may_open(static_cast<int>(slot))) continue;
      SlotClock to = clock;
      to.open(static_cast<int>(slot));
      choices.opens[slot] = true;
      go(cue_probability_, to);
    }
    if (clock.may_end()) {
      SlotClock to = clock;
      to.end();
      choices.ends = true;
      go(end_probability_, to);
    }
    if (clock.due_slot() < 0) choices.filler = rest;
    SlotClock to = clock;
    to.pass();
    go(rest, to);
    choices_.push_back(std::move(choices));
    entropies_.push_back(entropy);
  }

  std::span<const int> lags_;
  double cue_probability_;
  double end_probability_;
  std::unordered_map<std::uint64_t, std::size_t> states_;
  std::deque<SlotClock> waiting_;
  std::vector<Transition> transitions_;
  std::vector<Choices> choices_;
  std::vector<double> entropies_;
};

}  // namespace

LanguageShares stationary_shares(std::span<const int> lags, double cue_probability,
                                 double end_probability) {
  const Chain chain(lags, cue_probability, end_probability);
  const std::vector<double> weights = chain.stationary();
  LanguageShares shares;
  shares.cues.assign(lags.size(), 0.0);
  for (std::size_t state = 0; state < weights.size(); ++state) {
    const Chain::Choices& choices = chain.choices()[state];
    for (std::size_t slot = 0; slot < lags.size(); ++slot) {
      if (choices.opens[slot]) shares.cues[slot] += weights[state] * cue_probability;
    }
    if (choices.ends) shares.ends += weights[state] * end_probability;
    shares.fillers += weights[state] * choices.filler;
    shares.choice_entropy += weights[state] * chain.entropies()[state];
  }
  return shares;
}

}  // namespace stategrad::text
