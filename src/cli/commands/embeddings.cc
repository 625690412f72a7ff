// SPDX-License-Identifier: MIT
#include "model/embeddings.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/model_arguments.h"
#include "cli/summary.h"
#include "text/word_list.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string output;
  std::string dict;
};

void write(const Session& session, const Arguments& arguments) {
  const OpenedModel opened = open_model(arguments.model, session);
  std::visit([&](const auto& model) { model::write_embeddings(model, arguments.output); },
             opened.model);
  if (!arguments.dict.empty()) text::write_word_list(opened.vocabulary(), arguments.dict);
  summarise(session,
            fmt::format("{} embeddings of {} dimensions", format_count(opened.vocabulary().size()),
                        opened.description.architecture.embedding_size));
}

}  // namespace

void add_embeddings(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand("embeddings", "Write the embedding matrix of a model");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  command->add_option("-o,--output", arguments->output, "File of the matrix [V, E], float32 .npy")
      ->required()
      ->type_name("FILE");
  command->add_option("--dict", arguments->dict, "Write the words too, 'word<TAB>id' lines")
      ->type_name("FILE");
  add_common_options(*command, session, false);
  command->footer(
      examples({"stategrad embeddings --model models/mine -o emb.npy --dict emb.dict"}));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { write(session, *arguments); };
  });
}

}  // namespace stategrad::cli
