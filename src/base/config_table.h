// SPDX-License-Identifier: MIT
//
// The one table of configuration keys: parsing, validation, model.json and documentation come from
// it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stategrad/config.h"

namespace stategrad {

/// A key of a configuration file.
struct ConfigKey {
  std::string name;
  std::string help;     ///< one line
  std::string allowed;  ///< what a value must be, for messages and documentation
  bool required = false;
  /// Takes a value over. @returns false, and changes nothing, if the value is not allowed
  std::function<bool(Config&, std::string_view)> set;
  /// The value as text that set() accepts; none when unset.
  std::function<std::optional<std::string>(const Config&)> get;
};

/// All keys, grouped as in struct Config.
[[nodiscard]] std::span<const ConfigKey> config_keys();

}  // namespace stategrad
