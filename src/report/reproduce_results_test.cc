// SPDX-License-Identifier: MIT
#include "report/reproduce_results.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "base/scratch_folder.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

const Json kFingerprints = {{"model", "0123"}, {"text", "4567"}};

class ReproduceFile : public ::testing::Test {
 protected:
  void write(const Json& training) {
    write_analysis_json(folder_.path(),
                        {.commands = {"stategrad analyze -o 'my results'"},
                         .version = "1.2.3",
                         .seed = 5,
                         .threads = 2,
                         .machine = "a machine",
                         .compiler = "a compiler",
                         .kernels = "scalar"},
                        kFingerprints, training);
  }
  ScratchFolder folder_{std::filesystem::temp_directory_path()};
};

TEST_F(ReproduceFile, IsReadAsItWasWritten) {
  write({{"best", 3}});
  const Json analysis = read_analysis_json(folder_.path(), kFingerprints);
  const ResultPart reproduce = reproduce_part(analysis);
  EXPECT_EQ(reproduce.key, "reproduce");
  EXPECT_EQ(reproduce.json["commands"][0], "stategrad analyze -o 'my results'");
  EXPECT_EQ(reproduce.json["seed"], 5);
  EXPECT_EQ(reproduce.json["threads"], 2);
  EXPECT_EQ(reproduce.json["kernels"], "scalar");
  EXPECT_EQ(training_part(analysis).json["best"], 3);
}

TEST_F(ReproduceFile, WithoutATrainingGivesNone) {
  write(nullptr);
  const Json analysis = read_analysis_json(folder_.path(), kFingerprints);
  EXPECT_TRUE(training_part(analysis).json.is_null());
  EXPECT_FALSE(reproduce_part(analysis).json.is_null());
}

TEST_F(ReproduceFile, OfAnotherTextIsLeftOut) {
  write(nullptr);
  const Json analysis =
      read_analysis_json(folder_.path(), {{"model", "0123"}, {"text", "another"}});
  EXPECT_TRUE(reproduce_part(analysis).json.is_null());
  EXPECT_TRUE(training_part(analysis).json.is_null());
}

TEST_F(ReproduceFile, MayBeMissing) {
  EXPECT_TRUE(read_analysis_json(folder_.path(), kFingerprints).is_null());
}

TEST_F(ReproduceFile, ThatIsSomethingElseIsRefused) {
  for (const char* text :
       {"{", "{\"format\": \"other\"}", "{\"format\": \"stategrad analysis\", \"version\": 2}",
        "{\"format\": \"stategrad analysis\", \"version\": 1}"}) {
    write_file(folder_.path() / kAnalysisFileName, text);
    EXPECT_THROW(static_cast<void>(read_analysis_json(folder_.path(), kFingerprints)), DataError)
        << text;
  }
}

}  // namespace
}  // namespace stategrad::report
