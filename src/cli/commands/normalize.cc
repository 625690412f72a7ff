// SPDX-License-Identifier: MIT
//
// The original's normalize_equal_variance.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "analysis/whitening.h"
#include "base/text_format.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "io/npy.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string embeddings;
  bool overwrite = false;
};

/// EMB without .npy, and what follows it.
std::filesystem::path beside(const std::string& embeddings, const std::string& ending) {
  std::string name = embeddings;
  if (name.ends_with(".npy")) name.resize(name.size() - 4);
  return name + ending;
}

void normalize(const Session& session, const Arguments& arguments) {
  const auto mean = beside(arguments.embeddings, "_mean.npy");
  const auto covariance = beside(arguments.embeddings, "_covar.npy");
  const auto D = beside(arguments.embeddings, "_D_norm_grad.npy");
  const auto Z = beside(arguments.embeddings, "_Z_norm_emb.npy");
  require_absent({mean, covariance, D, Z}, arguments.overwrite);
  const analysis::Matrix embeddings = analysis::read_matrix(arguments.embeddings);
  const analysis::Whitening whitening =
      naming(arguments.embeddings, [&] { return analysis::whiten(embeddings); });
  const analysis::WhiteningCheck check = analysis::check_whitening(whitening, embeddings);
  const std::array<std::int64_t, 1> shape{embeddings.columns};
  io::write_npy<double>(mean, shape, whitening.mean);
  analysis::write_matrix(covariance, whitening.covariance);
  analysis::write_matrix(D, whitening.factor);
  analysis::write_matrix(Z, whitening.inverse);
  io::Table table({"check", "value", "expected"});
  table.add({"mean of centred embeddings", check.mean, "0"});
  table.add({"Z D D^T Z^T - I", check.identity, "0"});
  table.add({"condition number of Z", check.condition, "at most 100"});
  table.add({"covariance of Z emb - I", check.covariance, "0"});
  if (session.json) {
    session.print(table);
  } else {
    for (const auto& row : table.rows()) {
      *session.out << fmt::format("{}: {} (should be {})\n", std::get<std::string>(row[0]),
                                  format_number(std::get<double>(row[1])),
                                  std::get<std::string>(row[2]));
    }
  }
  if (check.condition > analysis::kLargestCondition) {
    session.warn(fmt::format(
        "{}: the condition number of Z is {:.4g}, above {}: embeddings vary so little in some "
        "directions that normalising blows up their noise",
        arguments.embeddings, check.condition, analysis::kLargestCondition));
  }
  summarise(session, fmt::format("{} embeddings of {} dimensions normalised",
                                 format_count(embeddings.rows), embeddings.columns));
}

}  // namespace

void add_normalize(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "normalize",
      "Find the transformation that gives embeddings equal variance in all directions");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("EMB", arguments->embeddings, "Embedding matrix [V, E], .npy")->required();
  add_overwrite_option(*command, arguments->overwrite);
  add_common_options(*command, session, true);
  command->footer(
      "Writes beside EMB, for emb.npy: emb_mean.npy and emb_covar.npy; emb_D_norm_grad.npy (D), "
      "by\n"
      "which gradients are multiplied; emb_Z_norm_emb.npy (Z = 1/D), which multiplies embeddings.\n"
      "Prints the largest deviations from what must hold. Each word counts once.\n\n" +
      examples({
          "stategrad normalize embeddings/mine/emb.npy",
          "stategrad normalize emb.npy --json --overwrite",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { normalize(session, *arguments); };
  });
}

}  // namespace stategrad::cli
