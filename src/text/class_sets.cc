// SPDX-License-Identifier: MIT
#include "text/class_sets.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace stategrad::text {

int ClassSets::add_class(std::string name) {
  names_.push_back(std::move(name));
  return static_cast<int>(names_.size()) - 1;
}

int ClassSets::code(std::vector<int> classes) {
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  const auto [entry, is_new] = codes_.emplace(classes, static_cast<int>(sets_.size()));
  if (is_new) sets_.push_back(std::move(classes));
  return entry->second;
}

void ClassSets::sort_names() {
  std::vector<int> order(names_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto name = [&](int i) -> std::string& { return names_[static_cast<std::size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return name(a) < name(b); });
  std::vector<int> place(names_.size());
  std::vector<std::string> sorted;
  for (const int i : order) {
    place[static_cast<std::size_t>(i)] = static_cast<int>(sorted.size());
    sorted.push_back(std::move(name(i)));
  }
  names_ = std::move(sorted);
  codes_.clear();
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    for (int& member : sets_[i]) member = place[static_cast<std::size_t>(member)];
    std::sort(sets_[i].begin(), sets_[i].end());
    codes_.emplace(sets_[i], static_cast<int>(i));
  }
}

}  // namespace stategrad::text
