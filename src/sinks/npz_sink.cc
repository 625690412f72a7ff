// SPDX-License-Identifier: MIT
#include "sinks/npz_sink.h"

#include <utility>

namespace stategrad::sinks {

NpzSink::NpzSink(std::filesystem::path directory) : directory_(std::move(directory)) {}

void NpzSink::begin(const GradientRun& run) {
  tree_.emplace(run);
  tree_->make_folders(directory_);
  for (const TreeFolder& folder : tree_->folders()) {
    archives_.push_back(std::make_unique<io::NpzWriter>(
        directory_ / folder.path / kPackedFileName, DType::kFloat32,
        std::vector<std::int64_t>{run.architecture.size, run.rows}));
  }
  matrix_.resize(static_cast<std::size_t>(run.architecture.size) *
                 static_cast<std::size_t>(run.rows));
}

void NpzSink::push(const GradientBlock& block) {
  to_float32(block, matrix_);
  TreeFolder& folder = tree_->folder_of(block.key);
  const auto index = static_cast<std::size_t>(&folder - tree_->folders().data());
  archives_[index]->append(std::as_bytes(std::span(matrix_)));
  folder.written = block.key.window + 1;
}

void NpzSink::finish() {
  for (std::size_t i = 0; i < archives_.size(); ++i) {
    archives_[i]->commit();
    // Gives the disk the room of the uncompressed numbers back before the next folder needs some.
    archives_[i].reset();
    tree_->write_mapping(directory_, tree_->folders()[i]);
  }
}

}  // namespace stategrad::sinks
