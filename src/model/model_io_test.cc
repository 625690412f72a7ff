// SPDX-License-Identifier: MIT
#include "stategrad/model_io.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <string>

#include "base/atomic_file.h"
#include "model/model_directory.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

using testing::ElementsAre;

class ModelIo : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("model_io_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write_model(const Config& config) const {
    const auto last = model::tiny_model<float>(CellKind::kLstm);
    model::ModelDescription description;
    description.architecture = last.architecture();
    description.epochs_done = 1;
    description.config = config;
    description.config.save_path = folder_.string();
    description.config.data_path = "data";
    model::write_vocabulary(folder_, last.vocabulary());
    model::write_weights(folder_, last, WhichWeights::kLast);
    model::write_description(folder_, description);
  }

  std::filesystem::path folder_;
};

TEST_F(ModelIo, ModelComesBackInItsPrecision) {
  write_model({});
  const AnyLanguageModel any = load_model(folder_);
  const auto& model = std::get<LanguageModel<float>>(any);
  EXPECT_EQ(model.architecture(), model::tiny_architecture(CellKind::kLstm));
  EXPECT_EQ(model.vocabulary(), model::tiny_vocabulary());
}

TEST_F(ModelIo, MissingBestWeightsAreNamed) {
  write_model({});
  EXPECT_THAT([&] { (void)load_model(folder_, WhichWeights::kBest); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("best.safetensors")));
}

TEST_F(ModelIo, TextIsReadByTheRulesOfTheModel) {
  write_model({});
  write_file(folder_ / "text", "the Löwe zebra\nschläft\n", Durable::kNo);
  EXPECT_THAT(load_text(folder_, folder_ / "text"), ElementsAre(0, 2, 5, 1, 3, 1));
  Config config;
  config.no_eos = true;
  config.encoding = "latin-1";
  write_model(config);
  write_file(folder_ / "text", "the L\xf6we\nnicht", Durable::kNo);
  EXPECT_THAT(load_text(folder_, folder_ / "text"), ElementsAre(0, 2, 4));
}

TEST_F(ModelIo, MissingTextAndModelAreNamed) {
  EXPECT_THROW((void)load_model(folder_ / "absent"), DataError);
  EXPECT_THROW((void)load_text(folder_ / "absent", folder_ / "text"), DataError);
  write_model({});
  EXPECT_THAT([&] { (void)load_text(folder_, folder_ / "absent.txt"); },
              testing::ThrowsMessage<DataError>(testing::HasSubstr("absent.txt")));
}

}  // namespace
}  // namespace stategrad
