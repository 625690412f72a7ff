// SPDX-License-Identifier: MIT
#include "analysis/probe_search.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// What one thread does at a time: all C of one fold, each fit from the one before.
struct Chain {
  int fold = 0;
  bool balanced = false;
  ProbeScheme scheme = ProbeScheme::kOneVsRest;
};

constexpr std::size_t kKinds = 4;

int number_of_folds(const ProbeSearch& search) {
  return search.folds.empty() ? 0 : 1 + *std::max_element(search.folds.begin(), search.folds.end());
}

std::vector<Chain> chains_of(const ProbeSearch& search) {
  std::vector<Chain> chains;
  for (int fold = 0; fold < number_of_folds(search); ++fold) {
    for (const bool balanced : {true, false}) {
      chains.push_back({fold, balanced, ProbeScheme::kOneVsRest});
      chains.push_back({fold, balanced, ProbeScheme::kMultinomial});
    }
  }
  return chains;
}

}  // namespace

std::vector<int> stratified_folds(std::span<const int> y, int folds) {
  if (folds < 2) throw UsageError("two folds at least are needed");
  std::vector<int> sorted(y.begin(), y.end());
  // Classes in the order in which they are met, as scikit-learn numbers them.
  std::map<int, int> number;
  for (int& label : sorted)
    label = number.emplace(label, static_cast<int>(number.size())).first->second;
  const std::vector<int> numbered = sorted;
  std::sort(sorted.begin(), sorted.end());
  // Every folds-th of the sorted ones, from f on, says how many of each class fold f gets.
  std::vector<std::vector<int>> room(number.size(),
                                     std::vector<int>(static_cast<std::size_t>(folds)));
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    ++room[static_cast<std::size_t>(sorted[i])][i % static_cast<std::size_t>(folds)];
  }
  std::vector<int> result;
  for (const int label : numbered) {
    std::vector<int>& left = room[static_cast<std::size_t>(label)];
    const auto fold = std::find_if(left.begin(), left.end(), [](int n) { return n > 0; });
    --*fold;
    result.push_back(static_cast<int>(fold - left.begin()));
  }
  return result;
}

std::vector<int> single_folds(int count) {
  std::vector<int> folds;
  for (int i = 0; i < count; ++i) folds.push_back(i);
  return folds;
}

std::int64_t count_fits(const ProbeSearch& search) {
  return static_cast<std::int64_t>(search.loss_weights.size() * kKinds) * number_of_folds(search);
}

std::vector<ProbeScore> search_probe(ThreadTeam& team, const LabelledVectors& data,
                                     const ProbeSearch& search) {
  const std::vector<Chain> chains = chains_of(search);
  std::vector<std::vector<double>> scores(chains.size());
  std::atomic<std::size_t> next{0};
  std::mutex reporting;
  std::int64_t done = 0;
  team.run([&](ThreadTeam::Worker&) {
    for (std::size_t c = next++; c < chains.size(); c = next++) {
      std::vector<int> others;
      std::vector<int> held_out;
      for (int i = 0; i < data.count(); ++i) {
        (search.folds[static_cast<std::size_t>(i)] == chains[c].fold ? held_out : others)
            .push_back(i);
      }
      const LabelledVectors training = subset(data, others);
      const LabelledVectors testing = subset(data, held_out);
      Probe probe;
      for (const double C : search.loss_weights) {
        const Probe before = std::move(probe);
        probe = fit_probe(training, {C, chains[c].balanced, chains[c].scheme},
                          {search.tolerance, before.classes.empty() ? nullptr : &before});
        scores[c].push_back(accuracy(probe, testing));
        const std::lock_guard lock(reporting);
        ++done;
        if (search.on_fit) search.on_fit(done);
      }
    }
  });
  std::vector<ProbeScore> result;
  for (std::size_t i = 0; i < search.loss_weights.size(); ++i) {
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      double sum = 0;
      for (std::size_t c = kind; c < chains.size(); c += kKinds) sum += scores[c][i];
      result.push_back({{search.loss_weights[i], chains[kind].balanced, chains[kind].scheme},
                        sum / number_of_folds(search)});
    }
  }
  return result;
}

const ProbeScore& best_of(std::span<const ProbeScore> scores) {
  if (scores.empty()) throw UsageError("no parameters were tried");
  return *std::max_element(
      scores.begin(), scores.end(),
      [](const ProbeScore& a, const ProbeScore& b) { return a.score < b.score; });
}

}  // namespace stategrad::analysis
