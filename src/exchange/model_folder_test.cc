// SPDX-License-Identifier: MIT
#include "exchange/model_folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <limits>

#include "base/atomic_file.h"
#include "model/model_directory.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

namespace fs = std::filesystem;

class ModelFolder : public testing::Test {
 protected:
  void SetUp() override { make_folders(base_); }
  void TearDown() override { fs::remove_all(base_); }
  [[nodiscard]] std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(base_), fs::directory_iterator());
  }
  fs::path base_ = fs::path(testing::TempDir()) / ("model_folder_" + std::to_string(::getpid()));
};

TEST_F(ModelFolder, IsReadAsAnyOther) {
  const auto model = model::tiny_model<double>(CellKind::kGru, true);
  fs::create_directory(base_ / "out");
  write_model_folder(base_ / "out", model, "data");
  EXPECT_EQ(entries(), 1);
  const auto description = model::read_description(base_ / "out");
  EXPECT_EQ(description.config.save_path, (base_ / "out").string());
  EXPECT_TRUE(description.config.reset_after);
  EXPECT_FALSE(description.config.no_eos);
  EXPECT_TRUE(description.finished);
  const auto read = model::read_model(base_ / "out");
  EXPECT_EQ(std::get<LanguageModel<double>>(read).architecture(), model.architecture());
  write_model_folder(base_ / "deeper/folder/", model, "data");
  EXPECT_NO_THROW((void)model::read_model(base_ / "deeper/folder"));
}

TEST_F(ModelFolder, WithoutEndOfSentenceReadsNewlinesAsBlanks) {
  Parameters<float> parameters({.vocab_size = 2, .embedding_size = 2, .size = 2});
  write_model_folder(base_ / "out",
                     LanguageModel<float>(Vocabulary({"a", "b"}), std::move(parameters)), "data");
  EXPECT_TRUE(model::read_description(base_ / "out").config.no_eos);
}

TEST_F(ModelFolder, IsNotMadeWhenSomethingIsThereOrFails) {
  const auto model = model::tiny_model<float>(CellKind::kRnn);
  write_file(base_ / "file", "x");
  EXPECT_THROW(write_model_folder(base_ / "file", model, "data"), UsageError);
  EXPECT_THROW(write_model_folder(base_, model, "data"), UsageError);
  Parameters<float> bad({.vocab_size = 2, .embedding_size = 2, .size = 2});
  bad.output_bias[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(
      write_model_folder(base_ / "out",
                         LanguageModel<float>(Vocabulary({"a", "b"}), std::move(bad)), "data"),
      NumericalError);
  EXPECT_EQ(entries(), 1) << "nothing but the file";
}

}  // namespace
}  // namespace stategrad::exchange
