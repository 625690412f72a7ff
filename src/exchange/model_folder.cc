// SPDX-License-Identifier: MIT
#include "exchange/model_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "model/model_directory.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::exchange {
namespace fs = std::filesystem;
namespace {

/// A folder beside the target that is removed unless it took its place.
class FolderInTheMaking {
 public:
  explicit FolderInTheMaking(fs::path target) : target_(std::move(target)) {
    if (!target_.has_filename()) target_ = target_.parent_path();
    const fs::path parent = target_.parent_path();
    if (!parent.empty()) make_folders(parent);
    path_ = parent / fmt::format(".{}.tmp-{}", target_.filename().string(), ::getpid());
    make_folders(path_);
  }
  ~FolderInTheMaking() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  FolderInTheMaking(const FolderInTheMaking&) = delete;
  FolderInTheMaking& operator=(const FolderInTheMaking&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  void commit() {
    std::error_code error;
    fs::rename(path_, target_, error);
    if (error) throw_file_error(target_, "make", error.value());
    path_.clear();
  }

 private:
  fs::path target_;
  fs::path path_;
};

template <class Real>
model::ModelDescription describe(const LanguageModel<Real>& model, const fs::path& folder,
                                 const std::string& data_path) {
  const Architecture& shape = model.architecture();
  model::ModelDescription description;
  description.architecture = shape;
  description.dtype = sizeof(Real) == sizeof(float) ? DType::kFloat32 : DType::kFloat64;
  Config& config = description.config;
  config.save_path = folder.string();
  config.data_path = data_path;
  config.basic_cell = shape.cell;
  config.reset_after = shape.reset_after;
  config.num_layers = shape.num_layers;
  config.size = shape.size;
  config.embedding_size = shape.embedding_size;
  config.vocab_size = shape.vocab_size;
  config.dtype = description.dtype;
  config.no_eos = !model.vocabulary().find(Vocabulary::kEndOfSentence).has_value();
  description.finished = true;
  description.version = "stategrad " STATEGRAD_VERSION;
  return description;
}

}  // namespace

void check_model_folder(const fs::path& folder) {
  const model::DirectoryState state = model::inspect_directory(folder);
  if (state != model::DirectoryState::kAbsent && state != model::DirectoryState::kEmpty) {
    throw UsageError(fmt::format(
        "{}: exists and is no empty folder: give another one for the model", folder.string()));
  }
}

void write_model_folder(const fs::path& folder, const AnyLanguageModel& model,
                        const std::string& data_path) {
  check_model_folder(folder);
  FolderInTheMaking made(folder);
  std::visit(
      [&](const auto& any) {
        model::write_vocabulary(made.path(), any.vocabulary());
        model::write_weights(made.path(), any, model::WhichWeights::kLast);
        model::write_description(made.path(), describe(any, folder, data_path));
      },
      model);
  made.commit();
}

}  // namespace stategrad::exchange
