// SPDX-License-Identifier: MIT
#include "cli/documentation.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>

#include "base/atomic_file.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"

namespace stategrad::cli {
namespace {

void write_man_pages(const CLI::App& program, const std::filesystem::path& directory,
                     const Session& session) {
  make_folders(directory);
  write_file(directory / (program.get_name() + ".1"), man_page(program));
  for (const CLI::App* command : commands_of(program)) {
    write_file(directory / (program.get_name() + "-" + command->get_name() + ".1"),
               man_page(program, *command));
  }
  summarise(session, fmt::format("{} pages", commands_of(program).size() + 1));
}

}  // namespace

void add_documentation(CLI::App& program, Session& session) {
  CLI::App* completion = program.add_subcommand("completion", "Completion script for a shell");
  auto shell = std::make_shared<std::string>();
  completion->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  add_common_options(*completion, session, false);
  completion->footer(
      examples({"stategrad completion bash > ~/.local/share/bash-completion/"
                "completions/stategrad",
                "stategrad completion fish > ~/.config/fish/completions/"
                "stategrad.fish"}));
  completion->callback([&program, &session, shell] {
    session.job = [&program, &session, shell] {
      *session.out << completion_script(program, *shell);
    };
  });

  CLI::App* man = program.add_subcommand("man", "Write the man pages");
  auto directory = std::make_shared<std::string>();
  man->add_option("-o,--output", *directory, "Folder of the pages, made when absent")
      ->required()
      ->type_name("DIR");
  add_common_options(*man, session, false);
  man->footer(examples({"stategrad man -o ~/.local/share/man/man1"}));
  man->callback([&program, &session, directory] {
    session.job = [&program, &session, directory] {
      write_man_pages(program, *directory, session);
    };
  });
}

}  // namespace stategrad::cli
