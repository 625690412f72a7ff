// SPDX-License-Identifier: MIT
//
// When the words of a synthetic language are due.
#pragma once

#include <span>
#include <vector>

namespace stategrad::text {

/// Counts down the slots of a sentence. A slot of lag L that is opened by a word is due L words
/// later and free again after that. What may come next depends on the past through this alone.
class SlotClock {
 public:
  /// At the start of a sentence, all slots free. @param lags one per slot, borrowed
  explicit SlotClock(std::span<const int> lags) : lags_(lags), left_(lags.size(), 0) {}

  /// The slot that the next word belongs to, -1 if none is due.
  [[nodiscard]] int due_slot() const {
    for (std::size_t slot = 0; slot < left_.size(); ++slot) {
      if (left_[slot] == 1) return static_cast<int>(slot);
    }
    return -1;
  }

  /// Whether the next word may open this slot: nothing is due at the next word, the slot is free,
  /// and no other one will be due at the same word as this one.
  [[nodiscard]] bool may_open(int slot) const {
    if (left_[slot] != 0) return false;
    for (const int left : left_) {
      if (left == 1 || left == lags_[slot] + 1) return false;
    }
    return true;
  }

  /// Whether the sentence may end now: it has a word, and every slot is free.
  [[nodiscard]] bool may_end() const {
    if (at_start_) return false;
    for (const int left : left_) {
      if (left != 0) return false;
    }
    return true;
  }

  /// A word passes that opens no slot and ends no sentence.
  void pass() {
    for (int& left : left_) left -= left > 0 ? 1 : 0;
    at_start_ = false;
  }
  /// A word passes that opens a slot for which may_open() holds.
  void open(int slot) {
    pass();
    left_[slot] = lags_[slot];
  }
  /// The sentence ends; may_end() holds.
  void end() { at_start_ = true; }

  /// For each slot how many words ahead it is due, 1 being the next; 0: free.
  [[nodiscard]] const std::vector<int>& left() const { return left_; }
  [[nodiscard]] bool at_start() const { return at_start_; }

 private:
  std::span<const int> lags_;
  std::vector<int> left_;
  bool at_start_ = true;
};

}  // namespace stategrad::text
