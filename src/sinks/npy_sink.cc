// SPDX-License-Identifier: MIT
#include "sinks/npy_sink.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <utility>

#include "base/atomic_file.h"
#include "io/npy.h"

namespace stategrad::sinks {

NpySink::NpySink(std::filesystem::path directory) : directory_(std::move(directory)) {}

NpySink::~NpySink() {
  if (!tree_) return;
  try {
    write_mappings();
  } catch (const std::exception&) {
    // What ended the pass, a full disk for example, is on its way to the user already.
  }
}

void NpySink::begin(const GradientRun& run) {
  tree_.emplace(run);
  tree_->make_folders(directory_);
  matrix_.resize(static_cast<std::size_t>(run.architecture.size) *
                 static_cast<std::size_t>(run.rows));
}

void NpySink::push(const GradientBlock& block) {
  to_float32(block, matrix_);
  TreeFolder& folder = tree_->folder_of(block.key);
  const std::array<std::int64_t, 2> shape = {block.size, block.rows};
  io::write_npy<float>(directory_ / folder.path / fmt::format("{}.npy", block.key.window), shape,
                       matrix_, Durable::kNo);
  folder.written = block.key.window + 1;
}

void NpySink::finish() {
  write_mappings();
  tree_.reset();
}

void NpySink::write_mappings() const {
  for (const TreeFolder& folder : tree_->folders()) {
    if (folder.written > 0) tree_->write_mapping(directory_, folder);
  }
}

}  // namespace stategrad::sinks
