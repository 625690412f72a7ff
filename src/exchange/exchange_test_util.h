// SPDX-License-Identifier: MIT
//
// Arrays in memory that stand for a file, for the tests of this room.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "io/array_file.h"

namespace stategrad::exchange {

class ArraysInMemory : public io::ArrayFile {
 public:
  ArraysInMemory() { path_ = "file.pt"; }

  /// Numbers from `first` on, each 0.01 more than the one before.
  ArraysInMemory& add(const std::string& name, std::vector<std::int64_t> shape, double first = 0,
                      const std::string& dtype = "float32") {
    arrays_[name] = {dtype, std::move(shape)};
    std::vector<double>& values = values_[name];
    values.clear();
    for (std::int64_t i = 0; i < arrays_[name].count(); ++i) {
      values.push_back(first + 0.01 * static_cast<double>(i));
    }
    return *this;
  }
  void say(const std::string& name, const std::string& value) { attributes_[name] = value; }
  [[nodiscard]] std::vector<double> read(const std::string& name) const override {
    return values_.at(info(name).count() < 0 ? "" : name);
  }

 private:
  std::map<std::string, std::vector<double>> values_;
};

/// An LSTM, or another number of gates, of V = 4, E = 2, H = 3 under PyTorch's example's names.
inline void add_example(ArraysInMemory& file, std::int64_t gates = 4) {
  file.add("encoder.weight", {4, 2}, 1).add("decoder.weight", {4, 3}, 2).add("decoder.bias", {4});
  file.add("rnn.weight_ih_l0", {3 * gates, 2}, 3).add("rnn.weight_hh_l0", {3 * gates, 3}, 4);
  file.add("rnn.bias_ih_l0", {3 * gates}, 5).add("rnn.bias_hh_l0", {3 * gates}, 6);
}

}  // namespace stategrad::exchange
