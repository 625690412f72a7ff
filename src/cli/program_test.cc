// SPDX-License-Identifier: MIT
#include "cli/program.h"

#include <gmock/gmock.h>

#include <sstream>

#include "cli/documentation.h"

namespace stategrad::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome run(std::vector<const char*> arguments) {
  static const std::atomic<bool> never{false};
  arguments.insert(arguments.begin(), "stategrad");
  std::ostringstream out;
  std::ostringstream err;
  Session session;
  session.out = &out;
  session.err = &err;
  session.stop = &never;
  const int code = run_program(arguments, session);
  return {code, out.str(), err.str()};
}

TEST(Program, HelpNamesEveryCommandAndExitsWithZero) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_THAT(outcome.err, IsEmpty());
  Session session;
  const auto program = make_program(session);
  for (const CLI::App* command : commands_of(*program)) {
    EXPECT_THAT(outcome.out, HasSubstr("  " + command->get_name() + " "));
  }
}

TEST(Program, EveryCommandHasHelpWithExamples) {
  Session session;
  const auto program = make_program(session);
  for (const CLI::App* command : commands_of(*program)) {
    const Outcome outcome = run({command->get_name().c_str(), "--help"});
    EXPECT_EQ(outcome.code, kDone);
    EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  stategrad " + command->get_name()));
  }
}

TEST(Program, VersionIsOneLine) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.code, kDone);
  EXPECT_THAT(outcome.out, testing::MatchesRegex("stategrad [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Program, EveryCommandHasTheCommonOptions) {
  Session session;
  const auto program = make_program(session);
  for (const CLI::App* command : commands_of(*program)) {
    const Outcome help = run({command->get_name().c_str(), "--help"});
    for (const char* option : {"--threads", "--seed", "--quiet", "--version", "--help"}) {
      EXPECT_THAT(help.out, HasSubstr(option)) << command->get_name();
    }
    const Outcome version = run({command->get_name().c_str(), "--version"});
    EXPECT_EQ(version.code, kDone) << version.err;
    EXPECT_EQ(version.out, run({"--version"}).out);
  }
}

TEST(Program, WrongUseIsOneLineThatPointsAtTheHelp) {
  const std::vector<std::vector<const char*>> wrong = {
      {},
      {"dance"},
      {"gradients", "--no-such-option"},
      {"train"},
      {"gradients", "--max-delay", "many"},
      {"--set"},
  };
  for (const auto& arguments : wrong) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, kWrongUse);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, HasSubstr("--help"));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
}

TEST(Program, MissingConfigurationIsAFailureThatNamesTheFile) {
  const Outcome outcome = run({"train", "--config", "/no/such.config"});
  EXPECT_EQ(outcome.code, kFailed);
  EXPECT_THAT(outcome.err, HasSubstr("/no/such.config"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("internal error")));
}

}  // namespace
}  // namespace stategrad::cli
