// SPDX-License-Identifier: MIT
//
// The values that a pickle has made so far, its stack and its memory; for pickle.cc.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/pickle.h"
#include "io/pickle_bytes.h"

namespace stategrad::io {

/// What opcodes work on. Functions throw DataError naming the opcode's offset where a damaged
/// pickle asks for what is not there.
class PickleStack {
 protected:
  static constexpr std::size_t kMostValues = 1'000'000;

  PickleStack(std::string_view bytes, const std::string& file) : bytes_(bytes, file) {}

  [[noreturn]] void fail(const std::string& message) const { bytes_.fail(message); }

  PickleId add(PickleKind kind) {
    if (pickle_.values.size() == kMostValues) {
      fail(fmt::format("more than {} values, which no file of weights has", kMostValues));
    }
    pickle_.values.emplace_back().kind = kind;
    return static_cast<PickleId>(pickle_.values.size() - 1);
  }
  PickleValue& push(PickleKind kind) {
    const PickleId id = add(kind);
    stack_.push_back(id);
    return pickle_.values[id];
  }
  /// Where the part of the stack begins that opcodes may take from.
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleId pop() {
    if (stack_.size() <= floor()) fail("damaged: it takes a value where there is none");
    const PickleId id = stack_.back();
    stack_.pop_back();
    return id;
  }
  PickleId top() const {
    if (stack_.size() <= floor()) fail("damaged: it needs a value where there is none");
    return stack_.back();
  }
  std::vector<PickleId> pop_to_mark() {
    if (marks_.empty()) fail("damaged: it goes back to a mark where there is none");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleId> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  PickleValue& of_kind(PickleId id, PickleKind kind, const char* what) {
    if (pickle_.values[id].kind != kind) fail(fmt::format("damaged: {} was expected", what));
    return pickle_.values[id];
  }

  PickleBytes bytes_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, PickleId> memo_;
};

}  // namespace stategrad::io
