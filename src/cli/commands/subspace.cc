// SPDX-License-Identifier: MIT
//
// The original's cos_subspace_diff_vector.py.
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
  int x = 0;
  std::string inverse;
  std::string factor;
  std::string class_name;
};

void subspace(const Session& session, const Arguments& arguments) {
  const auto averages = analysis::find_averages(arguments.folder, class_of(arguments.class_name));
  const analysis::Matrix Z = analysis::read_matrix(arguments.inverse);
  require_square(Z, arguments.inverse);
  const analysis::Matrix D = analysis::read_square_matrix(arguments.factor, Z.rows);
  const auto direction = direction_of(arguments.difference, Z);
  io::Table table({"delay", "cosine distance", "percentage total sum"});
  for_each_delay(session, averages, [&](int delay, const std::filesystem::path& file) {
    const auto gradient = analysis::multiply(analysis::read_average(file, D.rows), D);
    const auto measure =
        analysis::measure_subspace(analysis::decompose(gradient), arguments.x, direction);
    table.add({std::int64_t{delay}, measure.cosine, measure.percentage});
  });
  print_lines(session, table);
  summarise(session,
            fmt::format("subspaces of {} directions at {} delays", arguments.x, averages.size()));
}

}  // namespace

void add_subspace(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "subspace", "Print how a difference vector lies to the directions remembered best");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIFF", arguments->difference, "The difference vector [E], .npy")->required();
  command->add_option("DIR", arguments->folder, "The folder of the averages delay_<d>_avg.npy")
      ->required();
  command->add_option("X", arguments->x, "How many right singular vectors span the subspace")
      ->required();
  command->add_option("Z", arguments->inverse, "The file _Z_norm_emb.npy of 'stategrad normalize'")
      ->required();
  command->add_option("D", arguments->factor, "The file _D_norm_grad.npy of 'stategrad normalize'")
      ->required();
  command->add_option("CLASS", arguments->class_name,
                      "The averages of this class, by the name of its file");
  add_common_options(*command, session, true);
  command->footer(
      "Prints for every delay |V v|, where the rows of V are the first X right singular vectors "
      "of\n"
      "avg D and v = Z DIFF / |Z DIFF| (a cosine: 1 within the subspace, whatever the original\n"
      "calls it), and the share of the first X singular values in the sum of all.\n\n" +
      examples({
          "stategrad subspace diff.npy gradients/grad_mine 10 emb_Z_norm_emb.npy "
          "emb_D_norm_grad.npy",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { subspace(session, *arguments); };
  });
}

}  // namespace stategrad::cli
