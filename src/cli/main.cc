// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <iostream>
#include <span>

#include "cli/program.h"
#include "cli/signals.h"

int main(int argc, char** argv) {
  stategrad::cli::Session session;
  session.out = &std::cout;
  session.err = &std::cerr;
  session.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  session.stop = &stategrad::cli::catch_signals();
  return stategrad::cli::run_program(std::span<const char* const>(argv, argc), session);
}
