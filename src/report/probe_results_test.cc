// SPDX-License-Identifier: MIT
#include "report/probe_results.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "analysis/matrix.h"
#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

ProbeResult probe_of(const std::optional<StateOfLayer>& state, int delay) {
  ProbeResult probe{.group = "tag x word/s",
                    .state = state,
                    .delay = delay,
                    .classes = {"NN", "IN/TO", ".."},
                    .left_out = {"FW"},
                    .blocks = 10,
                    .found = {}};
  probe.found.count = 30;
  probe.found.accuracy = {0.8, 0.02};
  probe.found.majority = 0.5;
  probe.found.control = {0.4, 0.03};
  probe.found.selectivity = {0.4, 0.04};
  probe.found.loss_weight = 0.1;
  probe.found.confusion = {{9, 1, 0}, {0, 10, 0}, {5, 0, 5}};
  probe.found.probe = {2, {0, 1, 2}, {1, 2, 3, 4, 5, 6}, {0, 0, 0}};
  return probe;
}

class ProbeResultsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("probe_results_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    results_.settings = {{"seed", 1}};
    results_.probes = {probe_of(std::nullopt, 0), probe_of(StateOfLayer{StateKind::kHidden, 1}, 5)};
    results_.coordinates.group = "tag";
    results_.coordinates.lda = {{1.0}, {{"cat", "NN", 0.5, std::nan("")}}};
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
  ProbeResults results_;
};

TEST_F(ProbeResultsTest, AreReadAsTheyWereWritten) {
  EXPECT_TRUE(read_probe_json(folder_).is_null());
  write_probe_results(folder_, results_);
  const Json json = read_probe_json(folder_);
  EXPECT_EQ(json["settings"], results_.settings);
  ASSERT_EQ(json["probe"].size(), 2U);
  const Json& embedding = json["probe"][0];
  EXPECT_EQ(embedding["on"], "embedding");
  EXPECT_TRUE(embedding["layer"].is_null());
  const Json& hidden = json["probe"][1];
  EXPECT_EQ(hidden["on"], "hidden");
  EXPECT_EQ(hidden["layer"], 1);
  EXPECT_EQ(hidden["delay"], 5);
  EXPECT_EQ(hidden["accuracy"]["estimate"], 0.8);
  EXPECT_LT(hidden["accuracy"]["low"], 0.77);
  EXPECT_EQ(hidden["control"]["error"], 0.03);
  EXPECT_EQ(hidden["c"], 0.1);
  EXPECT_EQ(hidden["confusion"][2][0], 5);
  EXPECT_EQ(hidden["left_out"][0], "FW");
  const Json& coordinates = json["coordinates"];
  EXPECT_FALSE(coordinates.contains("pca"));
  EXPECT_EQ(coordinates["lda"]["words"][0]["word"], "cat");
  EXPECT_TRUE(coordinates["lda"]["words"][0]["y"].is_null());
  EXPECT_EQ(probe_part(json).json, json["probe"]);
  EXPECT_EQ(coordinates_part(json).json, coordinates);
  EXPECT_TRUE(probe_part(nullptr).json.is_null());
}

TEST_F(ProbeResultsTest, WeightsAreVectorsInFilesOfTheirClass) {
  write_probe_results(folder_, results_);
  const fs::path folder = folder_ / "weights" / "tag x word%2Fs" / "hidden_layer_1_delay_5";
  EXPECT_EQ(folder, folder_ / weights_folder(results_.probes[1]));
  EXPECT_THAT(analysis::read_vector(folder / "NN.npy", 2), testing::ElementsAre(1, 2));
  EXPECT_THAT(analysis::read_vector(folder / "IN%2FTO.npy", 2), testing::ElementsAre(3, 4));
  EXPECT_THAT(analysis::read_vector(folder / "%2E..npy", 2), testing::ElementsAre(5, 6));
  EXPECT_TRUE(fs::exists(folder_ / weights_folder(results_.probes[0]) / "NN.npy"));
}

TEST_F(ProbeResultsTest, TablesHaveARowForEverything) {
  EXPECT_THAT(probe_table(results_).to_csv(), HasSubstr("tag x word/s,hidden,1,5,3,30,0.5,0.8,"));
  EXPECT_EQ(confusion_table(results_).rows().size(), 2U * 9);
  EXPECT_THAT(confusion_table(results_).to_csv(), HasSubstr("tag x word/s,embedding,,0,..,NN,5\n"));
  EXPECT_EQ(coordinates_table(results_).to_csv(), "projection,word,class,x,y\nlda,cat,NN,0.5,\n");
}

TEST_F(ProbeResultsTest, AreRemovedAndNothingElse) {
  write_probe_results(folder_, results_);
  write_file(folder_ / "mine.csv", "1\n");
  remove_probe_results(folder_);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
  remove_probe_results(folder_);
  EXPECT_TRUE(fs::exists(folder_ / "mine.csv"));
}

TEST_F(ProbeResultsTest, AnotherFileOfThatNameIsRefused) {
  const auto fails = [&](const char* content, const char* message) {
    write_file(folder_ / kProbeFileName, content);
    EXPECT_THAT([&] { (void)read_probe_json(folder_); },
                ThrowsMessage<DataError>(HasSubstr(message)));
    EXPECT_THROW(remove_probe_results(folder_), DataError);
    EXPECT_TRUE(fs::exists(folder_ / kProbeFileName));
  };
  fails("{", "probe.json");
  fails("[]", "probe.json");
  fails(R"({"format": "stategrad probe"})", "format: 'stategrad probe results' was expected");
  fails(R"({"format": "stategrad probe results", "version": 2})", "version");
  fails(R"({"format": "stategrad probe results", "version": 1})", "settings");
  fails(R"({"format": "stategrad probe results", "version": 1, "settings": {},
            "coordinates": {}, "probe": 1})",
        "probe: an array was expected");
}

}  // namespace
}  // namespace stategrad::report
