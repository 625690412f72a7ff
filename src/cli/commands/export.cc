// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/model_arguments.h"
#include "cli/summary.h"
#include "exchange/export_model.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string output;
  std::string vocabulary;
};

void export_file(const Session& session, const Arguments& arguments) {
  namespace fs = std::filesystem;
  static_cast<void>(exchange::export_format(arguments.output));
  const OpenedModel opened = open_model(arguments.model, session);
  const fs::path file = arguments.output;
  exchange::export_weights(opened.model, file);
  if (!arguments.vocabulary.empty()) {
    std::string lines;
    for (const std::string& word : opened.vocabulary().words()) lines += word + "\n";
    write_file(arguments.vocabulary, lines);
  }
  const Architecture& shape = opened.description.architecture;
  std::string script = file.string() + ".py";
  if (shape.cell == CellKind::kGru && !shape.reset_after) {
    session.note(
        "no script for PyTorch: torch.nn.GRU has the reset gate after the recurrent product, this "
        "model before");
    script.clear();
  } else {
    write_file(script, exchange::pytorch_script(opened.model, file.filename().string()));
  }
  summarise(session,
            fmt::format("{} with {} {} of {} units and {} words in {}{}", to_string(shape.cell),
                        shape.num_layers, shape.num_layers == 1 ? "layer" : "layers", shape.size,
                        format_count(shape.vocab_size), arguments.output,
                        script.empty() ? "" : ", loaded by " + script));
}

}  // namespace

void add_export(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "export", "Write the weights of a model as one file, with a script that loads it in PyTorch");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  command
      ->add_option("-o,--output", arguments->output,
                   "File to write, .safetensors or .npz; the script is FILE.py")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--vocab", arguments->vocabulary,
                   "Write the vocabulary too, a word a line, as import reads it")
      ->type_name("FILE");
  add_common_options(*command, session, false);
  command->footer(examples({
      "stategrad export --model models/mine -o mine.safetensors",
      "stategrad export --model models/mine --weights best -o mine.npz --vocab mine.vocab",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { export_file(session, *arguments); };
  });
}

}  // namespace stategrad::cli
