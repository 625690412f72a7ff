// SPDX-License-Identifier: MIT
//
// Man pages and shell completion, made from the same table of options that parses the command line.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace stategrad::cli {

/// The commands of a program, in the order of --help.
[[nodiscard]] std::vector<const CLI::App*> commands_of(const CLI::App& program);

/// Page in man(7) format of the program itself.
[[nodiscard]] std::string man_page(const CLI::App& program);

/// Page of one of its commands, named stategrad-COMMAND.
[[nodiscard]] std::string man_page(const CLI::App& program, const CLI::App& command);

/// Completion script of commands, options and, after options that take one, files.
/// @param shell bash, zsh or fish
/// @throws UsageError for another shell
[[nodiscard]] std::string completion_script(const CLI::App& program, const std::string& shell);

}  // namespace stategrad::cli
