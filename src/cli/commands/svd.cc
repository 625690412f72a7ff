// SPDX-License-Identifier: MIT
//
// The original's calculate_svs.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <numeric>

#include "analysis/average_files.h"
#include "analysis/memory.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"

namespace stategrad::cli {
namespace {

constexpr std::size_t kShown = 5;

struct Arguments {
  std::string folder;
  std::string factor;
  std::string class_name;
  bool write = false;
  bool overwrite = false;
};

std::vector<io::Cell> row_of(int delay, const std::vector<double>& values) {
  std::vector<io::Cell> row{std::int64_t{delay}};
  for (std::size_t i = 0; i < kShown; ++i) {
    row.push_back(i < values.size() ? io::Cell(values[i]) : io::Cell());
  }
  row.emplace_back(std::accumulate(values.begin(), values.end(), 0.0));
  return row;
}

void svd(const Session& session, const Arguments& arguments) {
  const std::string class_name = class_of(arguments.class_name);
  const auto averages = analysis::find_averages(arguments.folder, class_name);
  const auto target = [&](int delay) {
    return analysis::average_file(arguments.folder, delay, class_name, "_norm");
  };
  if (arguments.write) {
    std::vector<std::filesystem::path> targets;
    for (const auto& [delay, file] : averages) targets.push_back(target(delay));
    require_absent(targets, arguments.overwrite);
  }
  const analysis::Matrix D = analysis::read_matrix(arguments.factor);
  require_square(D, arguments.factor);
  io::Table table({"delay", "SV_1", "SV_2", "SV_3", "SV_4", "SV_5", "sum"});
  std::vector<std::pair<int, analysis::Matrix>> normalised;
  for_each_delay(session, averages, [&](int delay, const std::filesystem::path& file) {
    const auto average = analysis::read_average(file, D.rows);
    normalised.emplace_back(delay, analysis::multiply(average, D));
    table.add(row_of(delay, analysis::decompose(normalised.back().second).values));
    if (!arguments.write) normalised.clear();
  });
  for (const auto& [delay, matrix] : normalised) analysis::write_matrix(target(delay), matrix);
  print_lines(session, table);
  summarise(session, fmt::format("singular values of {} delays", averages.size()));
}

}  // namespace

void add_svd(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "svd", "Print the singular values of normalised average state gradients");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR", arguments->folder, "The folder of the averages delay_<d>_avg.npy")
      ->required();
  command->add_option("D", arguments->factor, "The file _D_norm_grad.npy of 'stategrad normalize'")
      ->required();
  command->add_option("CLASS", arguments->class_name,
                      "The averages of this class, by the name of its file");
  command->add_flag("--write", arguments->write,
                    "Write the normalised averages too, as delay_<d>_avg_norm.npy");
  add_overwrite_option(*command, arguments->overwrite);
  add_common_options(*command, session, true);
  command->footer(
      "Prints for every delay the five largest singular values of avg D, fewer if there are "
      "fewer,\n"
      "and the sum of all.\n\n" +
      examples({
          "stategrad svd gradients/grad_mine emb_D_norm_grad.npy",
          "stategrad svd gradients/grad_mine emb_D_norm_grad.npy nouns --write",
      }));
  command->callback(
      [&session, arguments] { session.job = [&session, arguments] { svd(session, *arguments); }; });
}

}  // namespace stategrad::cli
