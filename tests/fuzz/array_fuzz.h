// SPDX-License-Identifier: MIT
//
// What the targets of files of arrays share.
#pragma once

#include "fuzz_file.h"
#include "io/array_file.h"

namespace stategrad::fuzz {

/// Opens the bytes as a file and reads all its arrays, which must have the sizes that it says.
template <class Open>
int read_all_arrays(const std::uint8_t* data, std::size_t size, Open&& open) {
  const MemoryFile file(data, size);
  return expect_errors_only([&] {
    const auto arrays = open(file.path());
    for (const auto& [name, array] : arrays->arrays()) {
      if (arrays->read(name).size() != static_cast<std::size_t>(array.count())) std::abort();
    }
  });
}

}  // namespace stategrad::fuzz
