// SPDX-License-Identifier: MIT
#include "report/training_results.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "base/scratch_folder.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

class Training : public ::testing::Test {
 protected:
  Json of(const std::string& table) {
    write_file(folder_.path() / "metrics.csv", table);
    model::ModelDescription description;
    description.seed = 7;
    description.test_perplexity = 5.25;
    description.config.num_layers = 3;
    return training_json(folder_.path(), description, WhichWeights::kBest);
  }
  ScratchFolder folder_{std::filesystem::temp_directory_path()};
};

constexpr const char* kHead =
    "epoch,learning_rate,train_perplexity,valid_perplexity,tokens_per_second,seconds\n";

TEST_F(Training, HasItsEpochsWithoutTimes) {
  const Json json = of(std::string(kHead) + "1,1,10,9.5,100.0,2.000\n2,0.5,8,nan,99.0,2.100\n");
  EXPECT_EQ(json["epochs"], Json::parse(R"([{"epoch":1,"learning_rate":1.0,"train_perplexity":10.0,
                             "valid_perplexity":9.5},
                            {"epoch":2,"learning_rate":0.5,"train_perplexity":8.0,
                             "valid_perplexity":null}])"));
  EXPECT_EQ(json["best"], 1);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["test_perplexity"], 5.25);
  EXPECT_EQ(json["weights"], "best");
  EXPECT_EQ(json["configuration"]["num_layers"], "3");
}

TEST_F(Training, IsBestAtTheFirstOfTheLowestPerplexities) {
  EXPECT_EQ(of(std::string(kHead) + "1,1,9,9,1,1\n2,1,8,7,1,1\n3,1,7,7,1,1\n")["best"], 2);
}

TEST_F(Training, IsNullWithoutATable) {
  EXPECT_TRUE(training_json(folder_.path(), {}, WhichWeights::kLast).is_null());
}

TEST_F(Training, NamesTheLineThatIsNoEpoch) {
  for (const std::string line :
       {"1,1,ten,9,1,1\n", "1,1\n", "nan,1,9,9,1,1\n", "1e300,1,9,9,1,1\n"}) {
    try {
      of(kHead + line);
      FAIL() << line;
    } catch (const DataError& e) {
      EXPECT_THAT(e.what(), ::testing::HasSubstr("metrics.csv"));
      EXPECT_THAT(e.what(), ::testing::HasSubstr("line 2"));
    }
  }
  EXPECT_THROW(of("no table\n"), DataError);
}

}  // namespace
}  // namespace stategrad::report
