// SPDX-License-Identifier: MIT
//
// Answers of Python scripts, such as PyTorch's, about a model that both sides can form.
#pragma once

#include <cmath>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gradient/gradient_test_util.h"

namespace stategrad::gradient {

/// A model of numbers that a script can form again.
inline LanguageModel<double> sine_model(const Architecture& shape) {
  Parameters<double> parameters(shape);
  double k = 0;
  for (auto& tensor : named_tensors(parameters)) {
    for (double& value : tensor.values) value = 0.8 * std::sin(1.7 * k++ + 0.3);
  }
  return {random_model(shape, 1).vocabulary(), std::move(parameters)};
}

/// The numbers that a Python script prints, with CELL in it replaced by a name; none if it fails,
/// as without PyTorch.
inline std::vector<double> python_answer(std::string script, std::string_view cell) {
  for (std::size_t at = script.find("CELL"); at != std::string::npos; at = script.find("CELL")) {
    script.replace(at, 4, cell);
  }
  const std::string command = "/usr/bin/python3 - 2>/dev/null <<'END'" + script + "END\n";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    text += static_cast<char>(c);
  }
  std::istringstream stream(text);
  std::vector<double> values;
  for (double value = 0; stream >> value;) values.push_back(value);
  return values;
}

}  // namespace stategrad::gradient
