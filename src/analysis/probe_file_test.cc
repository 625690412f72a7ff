// SPDX-License-Identifier: MIT
#include "analysis/probe_file.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ProbeFileTest : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    write_probe(file(), {{"NN", "NNS", "VB"},
                         {{0.4, true, ProbeScheme::kOneVsRest}, 0.1 + 0.2},
                         {2, {0, 2}, {1.0 / 3, -2, 3, 1e-300}, {0.1, -7}}});
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "x.probe.json"; }
  void expect_refused(const std::string& from, const std::string& to, const std::string& needle) {
    std::string content = read_file(file());
    const std::size_t at = content.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file(file(), content.replace(at, from.size(), to));
    EXPECT_THAT([&] { (void)read_probe(file()); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("x.probe.json"), HasSubstr(needle))));
    SetUp();
  }
};

TEST_F(ProbeFileTest, ReadsBackExactly) {
  const ProbeFile read = read_probe(file());
  EXPECT_EQ(read.class_names, (std::vector<std::string>{"NN", "NNS", "VB"}));
  EXPECT_EQ(read.chosen.score, 0.1 + 0.2);
  EXPECT_EQ(read.chosen.parameters.loss_weight, 0.4);
  EXPECT_TRUE(read.chosen.parameters.balanced);
  EXPECT_EQ(read.chosen.parameters.scheme, ProbeScheme::kOneVsRest);
  EXPECT_EQ(read.probe.size, 2);
  EXPECT_EQ(read.probe.classes, (std::vector<int>{0, 2}));
  EXPECT_EQ(read.probe.weights, (std::vector<double>{1.0 / 3, -2, 3, 1e-300}));
  EXPECT_EQ(read.probe.bias, (std::vector<double>{0.1, -7}));
}

TEST_F(ProbeFileTest, OtherFilesAreRefused) {
  expect_refused("stategrad probe", "stategrad model", "'stategrad probe' version 1 was expected");
  expect_refused("\"version\": 1", "\"version\": 2", "version 2");
  expect_refused("\"bias\"", "\"bios\"", "no probe");
  expect_refused("\"size\": 2", "\"size\": 3", "damaged");
  expect_refused("\"size\": 2", "\"size\": 1e300", "damaged");
  expect_refused("  2\n", "  1e300\n", "damaged");
  expect_refused("-7.0", "\"seven\"", "no probe");
  expect_refused("{", "[", "not valid JSON");
  expect_refused("  2\n", "  3\n", "damaged");
  EXPECT_THROW((void)read_probe(folder_ / "absent"), DataError);
}

}  // namespace
}  // namespace stategrad::analysis
