// SPDX-License-Identifier: MIT
#include "cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <new>
#include <ostream>

#include "cli/commands/commands.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::cli {
namespace {

constexpr const char* kDescription =
    "What does a recurrent network remember of its input, and for how long?\n"
    "Trains word-level language models (LSTM, GRU, RNN) and computes their state gradients.";

constexpr const char* kVersion = "stategrad " STATEGRAD_VERSION;

/// The help of CLI11 with our examples as they are written.
class Formatter : public CLI::Formatter {
 public:
  Formatter() { column_width(34); }
  std::string make_footer(const CLI::App* app) const override {
    const std::string footer = app->get_footer();
    return footer.empty() ? "" : "\n" + footer;
  }
};

/// The command that a failed command line was about, for the hint at its help.
std::string command_in_use(const CLI::App& program) {
  const auto used = program.get_subcommands();
  return used.empty() ? program.get_name() : program.get_name() + " " + used.front()->get_name();
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

int fail(const Session& session, const std::string& message, ExitCode code) {
  *session.err << "stategrad: " << message << '\n' << std::flush;
  return code;
}

int do_job(const Session& session) {
  try {
    session.job();
    session.out->flush();
    if (!*session.out) return fail(session, "standard output could not be written", kFailed);
    return kDone;
  } catch (const UsageError& e) {
    return fail(session, e.what(), kWrongUse);
  } catch (const Interrupted& e) {
    return fail(session, e.what(), kInterrupted);
  } catch (const InternalError& e) {
    return fail(session, fmt::format("internal error, please report: {}", e.what()), kFailed);
  } catch (const Error& e) {
    return fail(session, e.what(), kFailed);
  } catch (const std::bad_alloc&) {
    return fail(session, "not enough memory: try a smaller model, batch or delay", kFailed);
  } catch (const std::exception& e) {
    return fail(session, fmt::format("internal error, please report: {}", e.what()), kFailed);
  }
}

}  // namespace

std::unique_ptr<CLI::App> make_program(Session& session) {
  auto program = std::make_unique<CLI::App>(kDescription, "stategrad");
  program->formatter(std::make_shared<Formatter>());
  program->set_version_flag("--version", kVersion);
  program->require_subcommand(1);
  program->failure_message(CLI::FailureMessage::simple);
  program->footer(
      "stategrad COMMAND --help shows the options and examples of a command.\n"
      "Results go to standard output, progress to standard error.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted (state saved).");
  add_commands(*program, session);
  for (CLI::App* command : program->get_subcommands({})) {
    command->set_version_flag("--version", kVersion);
  }
  return program;
}

int run_program(std::span<const char* const> arguments, Session& session) {
  const std::unique_ptr<CLI::App> program = make_program(session);
  try {
    program->parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::Success& asked) {
    return program->exit(asked, *session.out, *session.err);
  } catch (const CLI::ParseError& e) {
    return fail(session,
                fmt::format("{}; see '{} --help'", one_line(e.what()), command_in_use(*program)),
                kWrongUse);
  }
  return do_job(session);
}

}  // namespace stategrad::cli
