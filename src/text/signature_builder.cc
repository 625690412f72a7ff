// SPDX-License-Identifier: MIT
#include "text/signature_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

constexpr unsigned kCodeBits = 32;
constexpr std::uint64_t kCodeMask = 0xffffffff;
constexpr const char* kOther = "other";

}  // namespace

SignatureBuilder::SignatureBuilder(std::size_t positions) {
  classes_.signature.resize(positions);
  classes_.signatures.emplace_back();
}

void SignatureBuilder::give(int code) {
  std::int32_t& signature = classes_.signature[position_++];
  const std::uint64_t key = static_cast<std::uint64_t>(signature) << kCodeBits |
                            static_cast<std::uint64_t>(static_cast<std::uint32_t>(code));
  const auto [entry, is_new] = split_.emplace(key, static_cast<std::int32_t>(parts_.size()));
  if (is_new) parts_.push_back(key);
  signature = entry->second;
}

void SignatureBuilder::end(const std::string& group, const ClassSets& sets, bool hidden) {
  if (position_ != classes_.signature.size()) {
    throw InternalError(fmt::format("classes '{}': {} of {} positions", group, position_,
                                    classes_.signature.size()));
  }
  const int first = static_cast<int>(classes_.names.size());
  for (const std::string& name : sets.names()) add_class(group, name, hidden);
  std::vector<std::vector<int>> signatures;
  signatures.reserve(parts_.size());
  for (const std::uint64_t key : parts_) {
    std::vector<int> members = classes_.signatures[key >> kCodeBits];
    for (const int member : sets.sets()[key & kCodeMask]) members.push_back(first + member);
    signatures.push_back(std::move(members));
  }
  classes_.signatures = std::move(signatures);
  position_ = 0;
  split_.clear();
  parts_.clear();
}

int SignatureBuilder::add_class(const std::string& group, const std::string& name, bool hidden) {
  std::string unique = name;
  auto [entry, is_new] = group_of_name_.emplace(unique, group);
  if (!is_new && entry->second != group) {
    unique = group + ":" + name;
    is_new = group_of_name_.emplace(unique, group).second;
  }
  if (!is_new) {
    throw UsageError(fmt::format("classes '{}': the class '{}' stands twice", group, name));
  }
  classes_.names.push_back(unique);
  classes_.groups.push_back(group);
  hidden_.push_back(hidden);
  return static_cast<int>(classes_.names.size()) - 1;
}

std::vector<SignatureBuilder::Combination> SignatureBuilder::combinations(
    const std::vector<int>& signature, const CrossedClasses& crossed) const {
  std::vector<Combination> found = {{}};
  for (const std::string& group : crossed.groups) {
    std::vector<Combination> longer;
    for (const Combination& begun : found) {
      for (const int member : signature) {
        if (classes_.groups[static_cast<std::size_t>(member)] != group) continue;
        longer.push_back(begun);
        longer.back().push_back(member);
      }
    }
    found = std::move(longer);
  }
  return found;
}

std::string SignatureBuilder::name_of(const Combination& combination) const {
  std::string name;
  for (const int member : combination) {
    if (!name.empty()) name += " x ";
    name += classes_.names[static_cast<std::size_t>(member)];
  }
  return name;
}

void SignatureBuilder::cross(const std::string& group, const CrossedClasses& crossed, bool hidden) {
  const std::vector<std::int64_t> counts = signature_counts(classes_);
  std::vector<std::vector<Combination>> of_signature;
  std::map<Combination, std::int64_t> count;
  for (std::size_t s = 0; s < classes_.signatures.size(); ++s) {
    of_signature.push_back(combinations(classes_.signatures[s], crossed));
    for (const Combination& combination : of_signature.back()) count[combination] += counts[s];
  }
  std::map<Combination, int> number;
  for (const auto& [combination, positions] : count) {
    if (positions < crossed.min_count) continue;
    number[combination] = add_class(group, name_of(combination), hidden);
  }
  const int other =
      number.size() < count.size() ? add_class(group, kOther, hidden) : static_cast<int>(-1);
  for (std::size_t s = 0; s < classes_.signatures.size(); ++s) {
    std::vector<int> added;
    for (const Combination& combination : of_signature[s]) {
      const auto found = number.find(combination);
      added.push_back(found == number.end() ? other : found->second);
    }
    std::sort(added.begin(), added.end());
    added.erase(std::unique(added.begin(), added.end()), added.end());
    auto& members = classes_.signatures[s];
    members.insert(members.end(), added.begin(), added.end());
  }
}

TokenClasses SignatureBuilder::take() {
  TokenClasses shown;
  std::vector<int> number;  // of a class among those that are shown
  for (std::size_t c = 0; c < hidden_.size(); ++c) {
    number.push_back(static_cast<int>(shown.names.size()));
    if (hidden_[c]) continue;
    shown.names.push_back(std::move(classes_.names[c]));
    shown.groups.push_back(std::move(classes_.groups[c]));
  }
  // Signatures that differed in hidden classes only are one; the first keeps its place.
  std::map<std::vector<int>, std::int32_t> places;
  std::vector<std::int32_t> place;
  for (const std::vector<int>& members : classes_.signatures) {
    std::vector<int> rest;
    for (const int member : members) {
      const auto c = static_cast<std::size_t>(member);
      if (!hidden_[c]) rest.push_back(number[c]);
    }
    const auto [entry, is_new] =
        places.emplace(rest, static_cast<std::int32_t>(shown.signatures.size()));
    if (is_new) shown.signatures.push_back(std::move(rest));
    place.push_back(entry->second);
  }
  shown.signature = std::move(classes_.signature);
  for (std::int32_t& signature : shown.signature) {
    signature = place[static_cast<std::size_t>(signature)];
  }
  return shown;
}

}  // namespace stategrad::text
