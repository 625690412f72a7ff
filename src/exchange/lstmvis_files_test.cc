// SPDX-License-Identifier: MIT
#include "exchange/lstmvis_files.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <limits>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LstmVis : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::path(testing::TempDir()) / ("lstmvis_files_" + std::to_string(::getpid()));
  LstmVisProject project_{"a: \"b\"", "d", {{StateKind::kCell, 1}, {StateKind::kHidden, 0}}, 2};
};

TEST_F(LstmVis, HasARowForEveryWord) {
  constexpr std::int64_t kWords = 20'000;  // more than two chunks, and a part of one
  LstmVisFiles files(folder_, project_, io::Hdf5Storage::kDisk);
  for (std::int64_t i = 0; i < kWords; ++i) {
    const std::vector<double> row{static_cast<double>(i), -0.5};
    files.append<double>(0, row);
    files.append<double>(1, row);
  }
  EXPECT_FALSE(fs::exists(folder_ / "states.hdf5"));
  files.commit(std::vector<WordId>(kWords, 1), Vocabulary({"Löwe", "b"}));
  const io::Hdf5Reader states(folder_ / "states.hdf5");
  for (const char* name : {"/cell_layer_1", "/hidden_layer_0"}) {
    std::vector<float> values(2 * kWords);
    states.read<float>(name, {kWords, 2}, values);
    for (std::size_t i = 0; i < kWords; ++i) {
      ASSERT_EQ(values[2 * i], static_cast<float>(i));
      ASSERT_EQ(values[2 * i + 1], -0.5F);
    }
  }
  std::vector<WordId> ids(kWords);
  io::Hdf5Reader(folder_ / "train.hdf5").read<WordId>("/word_ids", {kWords}, ids);
  EXPECT_EQ(ids.back(), 1);
  EXPECT_EQ(read_file(folder_ / "words.dict"), "Löwe 0\nb 1\n");
  const std::string configuration = read_file(folder_ / "lstm.yml");
  EXPECT_THAT(configuration, HasSubstr("name: \"a: \\\"b\\\"\""));
  EXPECT_THAT(configuration,
              HasSubstr("{type: state, layer: 2, path: cell_layer_1, transform: tanh},"));
  EXPECT_THAT(configuration,
              HasSubstr("{type: output, layer: 1, path: hidden_layer_0, transform: none}\n"));
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) bytes += entry.file_size();
  EXPECT_LE(bytes, lstmvis_bound(project_, kWords, Vocabulary({"Löwe", "b"})));
}

TEST_F(LstmVis, LeavesNothingWhenItIsNotFinished) {
  {
    LstmVisFiles files(folder_, project_, io::Hdf5Storage::kDisk);
    const std::vector<float> row{std::numeric_limits<float>::infinity(), 0};
    EXPECT_THROW(files.append<float>(0, row), NumericalError);
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace stategrad::exchange
