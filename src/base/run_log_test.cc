// SPDX-License-Identifier: MIT
#include "base/run_log.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;

class RunLogTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::path(testing::TempDir()) / ("run_log_" + std::to_string(::getpid()));
};

TEST_F(RunLogTest, LinesCarryTheTime) {
  RunLog log(folder_ / "logs", "model");
  log.line("Epoch: 1 Train Perplexity: 218.6 {}");
  EXPECT_THAT(read_file(log.path()),
              testing::MatchesRegex("[0-9-]+ [0-9:]+ Epoch: 1 Train Perplexity: 218.6 .}\n"));
}

TEST_F(RunLogTest, ExistingLogIsNeverOverwritten) {
  RunLog(folder_, "model").line("first");
  RunLog second(folder_, "model");
  EXPECT_EQ(second.path().filename(), "model.1");
  EXPECT_THAT(read_file(folder_ / "model"), testing::HasSubstr("first"));
}

TEST_F(RunLogTest, FolderThatIsAFileIsNamed) {
  make_folders(folder_);
  write_file(folder_ / "logs", "x");
  EXPECT_THROW(RunLog(folder_ / "logs", "model"), DataError);
}

}  // namespace
}  // namespace stategrad
