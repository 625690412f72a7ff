// SPDX-License-Identifier: MIT
//
// May a training write to this save_path? The rules of docs/reference.md, "A run".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "stategrad/config.h"
#include "train/checkpoint.h"

namespace stategrad::train {

enum class Start {
  kFresh,      ///< nothing there
  kResume,     ///< go on with the unfinished training that is there
  kOverwrite,  ///< begin anew; what is there stays until the first epoch is saved
};

struct StartRequest {
  std::filesystem::path directory;  ///< save_path
  bool resume = false;              ///< --resume
  bool overwrite = false;           ///< --overwrite
};

/// | in the directory | neither | --resume | --overwrite |
/// | --- | --- | --- | --- |
/// | nothing | fresh | error | fresh |
/// | unfinished, same configuration | error naming --resume | resume | overwrite |
/// | unfinished, another configuration | error naming --overwrite | error naming key and values |
/// overwrite | | finished, or other files | error naming --overwrite | error | overwrite |
///
/// Configurations are the same when every key that decides the weights agrees; max_max_epoch may
/// grow, and log names, test files and gradient keys may differ.
/// @throws DataError for the errors of the table, and if the directory is a file, below one or not
///   writable; UsageError for both flags at once
[[nodiscard]] Start decide_start(const StartRequest& request, const Config& config);

/// The seed that an unfinished training goes on with: its own.
/// @param given the seed that the user asks for, if any
/// @throws DataError if that is another one
[[nodiscard]] std::uint64_t resumed_seed(const std::filesystem::path& directory,
                                         std::optional<std::uint64_t> given);

/// "key is a in …, b now" for the first key that decides the weights and differs; empty if none.
/// max_max_epoch differs only when it has become smaller.
[[nodiscard]] std::string configuration_difference(const ConfigItems& before,
                                                   const ConfigItems& now);

}  // namespace stategrad::train
