// SPDX-License-Identifier: MIT
//
// Files of torch.save (PyTorch 1.6 and later): a zip archive with a pickle that describes the
// tensors, and an entry for the numbers of each storage.
#pragma once

#include <filesystem>
#include <memory>

#include "io/array_file.h"

namespace stategrad::io {

/// Whether a zip archive holds a data.pkl, as torch.save writes it. @throws DataError as ZipReader
[[nodiscard]] bool is_torch_file(const std::filesystem::path& file);

/// The tensors of a state dict, of a dict or list that holds one, or of a whole module, by their
/// names in the state dict. Of dicts, the entries state_dict, model_state_dict and model go before
/// the others, of lists the first that has tensors counts. Classes of modules need not be known:
/// only the dicts of their parameters, buffers and modules are looked at, and their settings become
/// attributes(). Nothing is executed, see pickle.h.
///
/// @throws DataError naming the entry and place: damaged, what read_pickle() refuses, numbers that
///   lie outside their storage, storages that are not in the file or of another size, big-endian
[[nodiscard]] std::unique_ptr<ArrayFile> open_torch_file(const std::filesystem::path& file);

}  // namespace stategrad::io
