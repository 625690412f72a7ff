// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analysis/matrix.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "io/npy.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string a;
  std::string b;
  std::string output;
};

io::NpyArray<double> read(const std::string& file) {
  auto array = io::read_npy<double>(file);
  if (array.values.empty()) throw DataError(file, "", "an array without numbers");
  analysis::require_finite(array.values, array.shape.empty() ? 1 : array.shape.back(), file);
  return array;
}

void difference(const Session& session, const Arguments& arguments) {
  io::NpyArray<double> a = read(arguments.a);
  const io::NpyArray<double> b = read(arguments.b);
  if (a.shape != b.shape) {
    throw DataError(arguments.b, "",
                    fmt::format("an array of shape [{}], but {} has [{}]", fmt::join(b.shape, ", "),
                                arguments.a, fmt::join(a.shape, ", ")));
  }
  std::transform(a.values.begin(), a.values.end(), b.values.begin(), a.values.begin(),
                 std::minus());
  io::write_npy<double>(arguments.output, a.shape, a.values);
  summarise(session, fmt::format("difference of {} numbers",
                                 format_count(static_cast<std::int64_t>(a.values.size()))));
}

}  // namespace

void add_difference(CLI::App& program, Session& session) {
  CLI::App* command =
      program.add_subcommand("difference", "Write the difference of two average embeddings");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("A", arguments->a, "An average embedding, .npy")->required();
  command->add_option("B", arguments->b, "What is subtracted from it, .npy of the same shape")
      ->required();
  command->add_option("-o,--output", arguments->output, "File of A - B, float64 .npy")
      ->required()
      ->type_name("FILE");
  add_common_options(*command, session, false);
  command->footer(examples({"stategrad difference pos_avg_NN.npy pos_avg_NNS.npy -o diff.npy"}));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { difference(session, *arguments); };
  });
}

}  // namespace stategrad::cli
