// SPDX-License-Identifier: MIT
//
// The original's relative_memory.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analysis/average_files.h"
#include "analysis/memory.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string difference;
  std::string folder;
  std::string inverse;
  std::string class_name;
};

void relative_memory(const Session& session, const Arguments& arguments) {
  const auto averages = analysis::find_averages(arguments.folder, class_of(arguments.class_name));
  const analysis::Matrix Z = analysis::read_matrix(arguments.inverse);
  require_square(Z, arguments.inverse);
  const analysis::Matrix D = naming(arguments.inverse, [&] { return analysis::inverse(Z); });
  const auto direction = direction_of(arguments.difference, Z);
  io::Table table({"delay", "relative memory"});
  for_each_delay(session, averages, [&](int delay, const std::filesystem::path& file) {
    const auto gradient = analysis::multiply(analysis::read_average(file, D.rows), D);
    table.add({std::int64_t{delay}, analysis::relative_memory(gradient, direction)});
  });
  print_lines(session, table);
  summarise(session, fmt::format("relative memory at {} delays", averages.size()));
}

}  // namespace

void add_relative_memory(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "relative-memory", "Print how well a difference vector is remembered at every delay");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIFF", arguments->difference, "The difference vector [E], .npy")->required();
  command->add_option("DIR", arguments->folder, "The folder of the averages delay_<d>_avg.npy")
      ->required();
  command->add_option("Z", arguments->inverse, "The file _Z_norm_emb.npy of 'stategrad normalize'")
      ->required();
  command->add_option("CLASS", arguments->class_name,
                      "The averages of this class, by the name of its file");
  add_common_options(*command, session, true);
  command->footer(
      "With v = Z DIFF / |Z DIFF| and D = 1/Z: |avg D v| over the largest singular value of avg "
      "D,\n"
      "1 for the direction that is remembered best.\n\n" +
      examples({
          "stategrad relative-memory diff.npy gradients/grad_mine emb_Z_norm_emb.npy",
          "stategrad relative-memory diff.npy gradients/grad_mine emb_Z_norm_emb.npy nouns",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { relative_memory(session, *arguments); };
  });
}

}  // namespace stategrad::cli
