// SPDX-License-Identifier: MIT
#include "cli/reproduce.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "stategrad/version.h"

namespace stategrad::cli {
namespace {

std::string command(const std::vector<std::string>& arguments) { return shell_command(arguments); }

TEST(ShellCommand, QuotesWhatAShellWouldChange) {
  EXPECT_EQ(command({"/usr/bin/stategrad", "analyze", "--set", "seed=1", "-o", "a/b.c"}),
            "stategrad analyze --set seed=1 -o a/b.c");
  EXPECT_EQ(command({"stategrad", "my results", "", "$HOME", "*"}),
            "stategrad 'my results' '' '$HOME' '*'");
  EXPECT_EQ(command({"stategrad", "it's"}), "stategrad 'it'\\''s'");
  EXPECT_EQ(command({}), "");
}

TEST(Reproduce, NamesCommandProgramMachineAndChoices) {
  const report::Reproduce found = reproduce(9, 3);
  ASSERT_EQ(found.commands.size(), 1U);
  EXPECT_THAT(found.commands[0], ::testing::StartsWith("cli_test"));
  EXPECT_EQ(found.commands[0], shell_command(own_arguments()));
  EXPECT_EQ(found.version, STATEGRAD_VERSION);
  EXPECT_EQ(found.seed, 9U);
  EXPECT_EQ(found.threads, 3);
  EXPECT_THAT(found.machine, ::testing::HasSubstr(" cores"));
  EXPECT_FALSE(found.compiler.empty());
  EXPECT_FALSE(found.kernels.empty());
}

}  // namespace
}  // namespace stategrad::cli
