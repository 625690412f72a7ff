// SPDX-License-Identifier: MIT
#include "cli/documentation.h"

#include <gmock/gmock.h>

#include "cli/program.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using testing::HasSubstr;

class Documentation : public testing::Test {
 protected:
  Session session_;
  std::unique_ptr<CLI::App> program_ = make_program(session_);
};

TEST_F(Documentation, ProgramPageNamesEveryCommand) {
  const std::string page = man_page(*program_);
  for (const CLI::App* command : commands_of(*program_)) {
    std::string name = command->get_name();
    for (auto at = name.find('-'); at != std::string::npos; at = name.find('-', at + 2)) {
      name.insert(at, "\\");
    }
    EXPECT_THAT(page, HasSubstr("\\-" + name + " (1)"));
  }
}

TEST_F(Documentation, CommandPageHasEveryOptionAndTheExamples) {
  for (const CLI::App* command : commands_of(*program_)) {
    const std::string page = man_page(*program_, *command);
    EXPECT_THAT(page, HasSubstr(".SH EXAMPLES")) << command->get_name();
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        std::string escaped;
        for (const char c : "--" + name) escaped += c == '-' ? "\\-" : std::string(1, c);
        EXPECT_THAT(page, HasSubstr(escaped)) << command->get_name();
      }
      EXPECT_FALSE(option->get_description().empty())
          << command->get_name() << " " << option->get_name();
    }
  }
}

TEST_F(Documentation, EveryShellCompletesEveryCommandAndOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(*program_, shell);
    EXPECT_THAT(script, HasSubstr("gradients"));
    EXPECT_THAT(script, HasSubstr("max-delay")) << shell;
    EXPECT_THAT(script, HasSubstr("check-gradients")) << shell;
  }
}

TEST_F(Documentation, BashAcceptsItsScript) {
  const std::string script = completion_script(*program_, "bash");
  FILE* bash = popen("bash -n", "w");
  ASSERT_NE(bash, nullptr);
  fwrite(script.data(), 1, script.size(), bash);
  EXPECT_EQ(pclose(bash), 0);
}

TEST_F(Documentation, RefusesAnUnknownShell) {
  EXPECT_THROW((void)completion_script(*program_, "csh"), UsageError);
}

}  // namespace
}  // namespace stategrad::cli
