// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include "cli/commands/commands.h"
#include "cli/content.h"

namespace stategrad::cli {
namespace {

/// The facts below each other, a name and a value on a line.
std::string facts_to_text(const sinks::Facts& facts) {
  io::Table lines({"", ""});
  for (const auto& [name, value] : facts) {
    std::string words = name;
    // A key of the configuration, behind its dot, is shown as it is written there.
    std::replace(words.begin(), std::find(words.begin(), words.end(), '.'), '_', ' ');
    lines.add({words, value});
  }
  return lines.to_text().substr(1);  // the titles are an empty line
}

/// The facts as the columns of a table with one row.
io::Table facts_to_table(const sinks::Facts& facts) {
  std::vector<std::string> names;
  std::vector<io::Cell> values;
  for (const auto& [name, value] : facts) {
    names.push_back(name);
    values.push_back(value);
  }
  io::Table table(std::move(names));
  table.add(std::move(values));
  return table;
}

void info(const Session& session, const std::string& path) {
  const Content content =
      path.empty() ? describe_program(session.make_team()->size()) : describe_path(path);
  if (session.json) {
    session.print(content.rows ? *content.rows : facts_to_table(content.facts));
    return;
  }
  *session.out << facts_to_text(content.facts);
  if (content.rows && !content.rows->rows().empty()) {
    *session.out << '\n' << content.rows->to_text();
  }
}

}  // namespace

void add_info(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "info", "What is in a model, a file of state gradients or an array; or about this program");
  auto path = std::make_shared<std::string>();
  command->add_option("PATH", *path,
                      "A model directory, a folder of state gradients, or a statistics.h5, "
                      "gradients.h5, npy, npz or safetensors file (default: this program)");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad info",
      "stategrad info models/mine",
      "stategrad info results/statistics.h5 --json",
      "stategrad info gradients/timestep_49",
  }));
  command->callback([&session, path] { session.job = [&session, path] { info(session, *path); }; });
}

}  // namespace stategrad::cli
