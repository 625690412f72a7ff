// SPDX-License-Identifier: MIT
#include "cli/signals.h"

#include <csignal>

namespace stategrad::cli {
namespace {

static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

/// A signal handler reaches nothing but what is there for all of the program.
std::atomic<bool>& stop_wanted() {
  static constinit std::atomic<bool> wanted{false};
  return wanted;
}

void on_stop(int signal) {
  stop_wanted().store(true);
  // The next one is meant: let it end the program.
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

const std::atomic<bool>& catch_signals() {
  handle(SIGINT, on_stop);
  handle(SIGTERM, on_stop);
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
  return stop_wanted();
}

}  // namespace stategrad::cli
