// SPDX-License-Identifier: MIT
#include "model/compatible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RequireCompatible : public testing::Test {
 protected:
  static LoadedConfig loaded(std::vector<std::string> overrides) {
    overrides.insert(overrides.begin(), {"save_path=m", "data_path=d"});
    return config_from_overrides(overrides);
  }
  RequireCompatible() { trained_.config = loaded({"size=8", "num_steps=10"}).config; }
  void check(const std::vector<std::string>& overrides) const {
    const LoadedConfig now = loaded(overrides);
    require_compatible(trained_, now.config, now.keys_set);
  }
  ModelDescription trained_;
};

TEST_F(RequireCompatible, PathsWindowsAndGradientKeysMayDiffer) {
  EXPECT_NO_THROW(check({"size=8", "data_path=other", "batch_size=3", "num_steps=7", "max_delay=4",
                         "grad_interm=cell", "grad_dir=g", "log=x", "vocab_size=99"}));
}

TEST_F(RequireCompatible, KeysThatWereNotGivenHaveTheirDefaults) {
  EXPECT_NO_THROW(check({"size=8"}));
  EXPECT_THAT([&] { check({}); },
              ThrowsMessage<UsageError>(
                  AllOf(HasSubstr("size is 256 in the configuration (the default, as it is not "
                                  "given)"),
                        HasSubstr("trained with 8"))));
  trained_.config.no_eos = true;
  EXPECT_THAT([&] { check({"size=8"}); },
              ThrowsMessage<UsageError>(
                  AllOf(HasSubstr("no_eos is False"), HasSubstr("trained with True"))));
  EXPECT_NO_THROW(check({"size=8", "no_eos=True"}));
}

TEST_F(RequireCompatible, PretrainedEmbeddingsBringTheirSize) {
  trained_.config.pretrained_embeddings = "emb";
  trained_.config.embedding_size = 3;
  EXPECT_NO_THROW(check({"size=8", "pretrained_embeddings=emb"}));
  EXPECT_NO_THROW(check({"size=8", "pretrained_embeddings=moved", "embedding_size=3"}));
  EXPECT_THROW(check({"size=8", "embedding_size=4"}), UsageError);
}

TEST_F(RequireCompatible, PublishedVariantsFitTheModelOfThePlainConfiguration) {
  namespace fs = std::filesystem;
  int variants = 0;
  for (const auto& entry : fs::directory_iterator(STATEGRAD_SOURCE_DIR "/configs")) {
    const std::string name = entry.path().stem().string();
    const std::size_t end = std::min(name.find("_grad_"), name.find("_save-emb"));
    if (end == std::string::npos) continue;
    const fs::path plain = entry.path().parent_path() / (name.substr(0, end) + ".config");
    trained_.config = load_config(plain, {}).config;
    trained_.config.vocab_size = 10000;
    const LoadedConfig variant = load_config(entry.path(), {});
    EXPECT_NO_THROW(require_compatible(trained_, variant.config, variant.keys_set)) << name;
    ++variants;
  }
  EXPECT_EQ(variants, 3);
}

TEST_F(RequireCompatible, EveryOtherDifferenceNamesBothValues) {
  EXPECT_THAT(
      [&] {
        check({"size=9", "basic_cell=GRU"});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("size is 9"), HasSubstr("trained with 8"),
                                      HasSubstr("basic_cell is GRU"),
                                      HasSubstr("trained with LSTM"))));
}

TEST_F(RequireCompatible, EmbeddingSizeMayBeWrittenOutOrLeftToTheSize) {
  EXPECT_NO_THROW(check({"size=8", "embedding_size=8"}));
  EXPECT_THROW(check({"size=8", "embedding_size=7"}), UsageError);
}

}  // namespace
}  // namespace stategrad::model
