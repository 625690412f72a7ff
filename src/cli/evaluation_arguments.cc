// SPDX-License-Identifier: MIT
#include "cli/evaluation_arguments.h"

#include <CLI/CLI.hpp>

namespace stategrad::cli {

void add_evaluation_options(CLI::App& command, EvaluationArguments& arguments) {
  command
      .add_option(
          "--difference", arguments.differences,
          "Measure how well a difference vector is remembered: a file FILE.npy of E numbers, "
          "or A-B (A,B) for the mean embedding of class A minus that of B; NAME=... names "
          "it. May be given more than once")
      ->type_name("[NAME=]WHAT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--subspace", arguments.subspace,
                  "Directions of a remembered subspace, for cosines and angles; 5, or as many as "
                  "there are")
      ->check(CLI::PositiveNumber)
      ->type_name("K");
  command
      .add_option(
          "--whitening", arguments.whitening,
          "Of the embeddings, for normalised measures: types (every word once, the "
          "original's), frequency (as often as it occurs), shrunk (towards the diagonal) or "
          "zca (symmetric)")
      ->type_name("KIND")
      ->capture_default_str();
  command
      .add_option("--shrinkage", arguments.shrinkage,
                  "Share of the diagonal in the covariance, 0 to 1, for frequency, shrunk and zca; "
                  "with shrunk the best one if it is not given")
      ->type_name("L");
  command
      .add_option("--compare", arguments.others,
                  "Angles to what another model remembers of the same words: the folder of its "
                  "results. May be given more than once")
      ->type_name("DIR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

report::EvaluationChoices evaluation_choices(const EvaluationArguments& arguments) {
  report::EvaluationChoices choices{
      .differences = arguments.differences,
      .subspace = arguments.subspace,
      .whitening = {.kind = report::parse_whitening_kind(arguments.whitening),
                    .shrinkage = arguments.shrinkage},
      .others = arguments.others};
  report::check(choices.whitening);
  return choices;
}

}  // namespace stategrad::cli
