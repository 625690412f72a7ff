// SPDX-License-Identifier: MIT
//
// May gradients be written to this folder?
#pragma once

#include <cstdint>
#include <filesystem>

namespace stategrad::sinks {

/// What an earlier pass left in a folder.
struct ExistingOutput {
  std::filesystem::path directory;
  std::uint64_t files = 0;   ///< files that are recognised as output of an earlier pass
  std::uint64_t bytes = 0;   ///< their sizes
  std::uint64_t others = 0;  ///< anything else found there, which stays
};

/// | directory | without overwrite | with overwrite |
/// | --- | --- | --- |
/// | absent (its parents may be, too) or empty | fine | fine |
/// | with content | DataError naming --overwrite | fine; what is recognised will be replaced |
/// | a file, or below a file | DataError | DataError |
/// | not writable | DataError | DataError |
///
/// Recognised: gradients.h5, statistics.h5; <k>.npy, mapping.txt and all.npz in folders delay_<d>,
/// alone or below [cell|hidden]/layer_<l>/ and timestep_<t>/; and files that a killed pass left in
/// the making. Nothing else is ever removed and symbolic links are not followed.
/// Nothing is changed here.
/// @throws DataError as above, also with overwrite if something unrecognised has the name of one of
///   the files or folders above (a file named delay_0, a folder named statistics.h5)
[[nodiscard]] ExistingOutput check_output_folder(const std::filesystem::path& directory,
                                                 bool overwrite);

/// Removes what was recognised, and the folders that are empty then; not the directory itself.
/// @throws DataError naming what cannot be removed
void clear_output_folder(const ExistingOutput& existing);

}  // namespace stategrad::sinks
