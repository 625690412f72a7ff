// SPDX-License-Identifier: MIT
#include "cli/reproduce.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <thread>

#include "kernels/isa.h"
#include "stategrad/version.h"

namespace stategrad::cli {
namespace {

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_./=,:+@%").find(c) != std::string_view::npos;
}

std::string quoted(const std::string& argument) {
  bool plain = !argument.empty();
  for (const char c : argument) plain = plain && is_plain(c);
  if (plain) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// As Linux tells; empty where it does not.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "";
}

}  // namespace

std::string shell_command(std::span<const std::string> arguments) {
  std::string command;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) command += ' ';
    command +=
        quoted(i == 0 ? std::filesystem::path(arguments[i]).filename().string() : arguments[i]);
  }
  return command;
}

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

std::string compiler() {
#if defined(__clang__)
  return __VERSION__;
#elif defined(__GNUC__)
  return fmt::format("GCC {}", __VERSION__);
#else
  return "unknown";
#endif
}

std::string machine() {
  utsname names = {};
  std::string system = "unknown system";
  if (uname(&names) == 0) {
    system = fmt::format("{} {} {}", std::string_view(names.sysname),
                         std::string_view(names.release), std::string_view(names.machine));
  }
  const std::string name = processor();
  return fmt::format("{}, {}{} cores", system, name.empty() ? "" : name + ", ",
                     std::thread::hardware_concurrency());
}

report::Reproduce reproduce(std::uint64_t seed, int threads) {
  return {.commands = {shell_command(own_arguments())},
          .version = STATEGRAD_VERSION,
          .seed = seed,
          .threads = threads,
          .machine = machine(),
          .compiler = compiler(),
          .kernels = std::string(to_string(kernels::active_isa()))};
}

}  // namespace stategrad::cli
