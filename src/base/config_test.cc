// SPDX-License-Identifier: MIT
#include "stategrad/config.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::path(testing::TempDir()) /
            ("config_" + std::to_string(::getpid()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
  }
  void TearDown() override { fs::remove(path_); }

  LoadedConfig load(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    write_file(path_, text);
    return load_config(path_, overrides);
  }
  [[nodiscard]] std::string violations(const std::string& text,
                                       const std::vector<std::string>& overrides = {}) const {
    try {
      (void)load(text, overrides);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "none";
  }
  static constexpr const char* kPlaces = "save_path models/x/\ndata_path data\n";
  fs::path path_;
};

TEST_F(ConfigTest, DefaultsAreThoseOfThePublishedPennTreebankFile) {
  const Config config = load(kPlaces).config;
  EXPECT_EQ(config.basic_cell, CellKind::kLstm);
  EXPECT_EQ(config.num_steps, 50);
  EXPECT_EQ(config.batch_size, 20);
  EXPECT_EQ(config.max_max_epoch, 39);
  EXPECT_EQ(config.effective_embedding_size(), config.size);
  EXPECT_FALSE(config.grad_interm.has_value());
}

TEST_F(ConfigTest, FirstTokenIsTheKeyAndTheLastTheValue) {
  const LoadedConfig loaded = load(std::string(kPlaces) +
                                   "size    `       256\n"
                                   "embedding_size\t64\r\n"
                                   "\n"
                                   "lonely\n"
                                   "# num_steps 7\n"
                                   "#num_steps 8\n"
                                   "no_eos True");
  EXPECT_EQ(loaded.config.size, 256);
  EXPECT_EQ(loaded.config.embedding_size, 64);
  EXPECT_EQ(loaded.config.num_steps, 50);
  EXPECT_TRUE(loaded.config.no_eos);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_THAT(loaded.keys_set,
              ElementsAre("save_path", "data_path", "no_eos", "size", "embedding_size"));
}

TEST_F(ConfigTest, FlagsHonourFalse) {
  const Config config = load(std::string(kPlaces) +
                             "random False\nno_eos False\nvalid_as_test False\n"
                             "no_emb_dropout False\nvocab False\nsave_dict False\n")
                            .config;
  EXPECT_FALSE(config.random || config.no_eos || config.valid_as_test || config.no_emb_dropout);
  EXPECT_EQ(config.vocab, 0);
  EXPECT_EQ(config.save_dict, "");
}

TEST_F(ConfigTest, LaterOverridesWinAndAnEmptyOneRemovesTheKey) {
  const Config config = load(std::string(kPlaces) + "size 9\nnum_steps 7\n",
                             {"size=10", "size=  11 ", "num_steps=", "basic_cell=GRU"})
                            .config;
  EXPECT_EQ(config.size, 11);
  EXPECT_EQ(config.num_steps, 50);
  EXPECT_EQ(config.basic_cell, CellKind::kGru);
}

TEST_F(ConfigTest, EveryViolationIsReportedWithItsLine) {
  const std::string text = violations(
      "size 0\nbasic_cell LTSM\ndropout 1.5\nlearning_rate nan\nmax_delay 0\nnum_layers 2.5\n",
      {"lr_decay=-1", "nonsense"});
  const std::string file = path_.string();
  EXPECT_THAT(text, HasSubstr(file + ":1: size is 0: must be an integer from 1 to 1000000"));
  EXPECT_THAT(text, HasSubstr(file + ":2: basic_cell is LTSM: must be one of LSTM, GRU, RNN"));
  EXPECT_THAT(text, HasSubstr(file + ":3: dropout is 1.5: must be a number in (0, 1]"));
  EXPECT_THAT(text, HasSubstr(file + ":4: learning_rate is nan"));
  EXPECT_THAT(text, HasSubstr(file + ":5: max_delay is 0"));
  EXPECT_THAT(text, HasSubstr(file + ":6: num_layers is 2.5"));
  EXPECT_THAT(text, HasSubstr("--set: lr_decay is -1"));
  EXPECT_THAT(text, HasSubstr("--set nonsense: give key=value"));
  EXPECT_THAT(text, HasSubstr("save_path is missing"));
  EXPECT_THAT(text, HasSubstr("data_path is missing"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 9);
}

TEST_F(ConfigTest, TimeStepMustLieInTheWindow) {
  EXPECT_THAT(violations(std::string(kPlaces) + "num_steps 10\ntime_step 10\n"),
              HasSubstr(":4: time_step is 10: must be below num_steps, which is 10"));
  EXPECT_EQ(load(std::string(kPlaces) + "num_steps 10\ntime_step 9\n").config.time_step, 9);
}

TEST_F(ConfigTest, UnknownKeysInAFileAreWarningsWithTheNearestKey) {
  const LoadedConfig loaded = load(std::string(kPlaces) + "num_layer 2\nzzz 1\n");
  ASSERT_EQ(loaded.warnings.size(), 2U);
  EXPECT_THAT(loaded.warnings[0],
              HasSubstr(":3: unknown key num_layer, did you mean 'num_layers'?"));
  EXPECT_THAT(loaded.warnings[1], HasSubstr(":4: unknown key zzz, the nearest key is '"));
}

TEST_F(ConfigTest, UnknownKeysStandBelowTheViolationsThatTheyMayExplain) {
  const std::string text = violations("save_pat models/x\ndata_path data\nsize 0\n");
  EXPECT_THAT(text, HasSubstr("save_path is missing"));
  EXPECT_THAT(text, testing::EndsWith(":1: unknown key save_pat, did you mean 'save_path'?"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST_F(ConfigTest, TrainingThatNoMemoryCanHoldIsAViolationOfTheKeyThatMakesItSo) {
  for (const std::string key :
       {"size", "embedding_size", "num_layers", "num_steps", "batch_size"}) {
    const std::string other = key == "num_steps" ? "batch_size" : "num_steps";
    const std::string settings = other + " 10000\ndropout 2\n";
    const std::string text = violations(kPlaces + settings + key + " 999999\n");
    EXPECT_THAT(text, HasSubstr(":4: dropout is 2: must be"));
    EXPECT_THAT(text, HasSubstr(":5: " + key + " is 999999: too large for the memory"));
  }
  EXPECT_NO_THROW((void)config_from_overrides({"save_path=m", "data_path=d", "size=900000"}));
}

TEST_F(ConfigTest, UnknownKeysInOverridesAreErrors) {
  EXPECT_THAT(violations(kPlaces, {"num_layer=2"}), HasSubstr("did you mean 'num_layers'?"));
}

TEST_F(ConfigTest, ItemsReadBackToTheSameConfiguration) {
  const Config config = load(std::string(kPlaces) +
                             "init_scale 0.1\nvocab 10\nmax_delay 7\ngrad_interm hidden\n"
                             "random True\nencoding latin-1\nembedding_size 3\n")
                            .config;
  std::vector<std::string> overrides;
  for (const auto& [key, value] : config_items(config)) overrides.push_back(key + "=" + value);
  EXPECT_EQ(config_items(config_from_overrides(overrides).config), config_items(config));
  EXPECT_THAT(config_items(config), Contains(Pair("init_scale", "0.1")));
  EXPECT_THAT(config_items(config), Contains(Pair("grad_interm", "hidden")));
  EXPECT_THAT(config_items(config), testing::Not(Contains(Pair("time_step", testing::_))));
}

TEST_F(ConfigTest, UnreadableFilesAreNamed) {
  EXPECT_THROW((void)load_config("/no/such.config", {}), DataError);
  EXPECT_THROW((void)load_config(testing::TempDir(), {}), DataError);
  EXPECT_THROW((void)load(std::string("save_path x\0y", 13)), DataError);
}

TEST(PublishedConfigurations, LoadWithoutViolationsOrWarnings) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(STATEGRAD_SOURCE_DIR "/configs")) {
    const LoadedConfig loaded = load_config(entry.path(), {});
    EXPECT_THAT(loaded.warnings, IsEmpty());
    ++count;
  }
  EXPECT_EQ(count, 14);
}

TEST(PublishedConfigurations, DocumentationNamesEveryKey) {
  const std::string text = read_file(STATEGRAD_SOURCE_DIR "/docs/reference.md");
  for (const auto& [key, value] : config_items(Config{})) {
    EXPECT_THAT(text, HasSubstr("`" + key + "`"));
  }
}

}  // namespace
}  // namespace stategrad
