// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <optional>

#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "exchange/import_model.h"
#include "exchange/model_folder.h"
#include "exchange/vocabulary_lines.h"
#include "io/array_file.h"
#include "stategrad/errors.h"
#include "text/corpus.h"
#include "train/evaluate.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string file;
  std::string output;
  std::string vocabulary;
  std::string cell;
  std::string reset;
  std::vector<std::string> names;
  bool ignore_unused = false;
  std::optional<double> expected;
  double tolerance = 0.01;
  std::string text;
};

exchange::ImportOptions options_of(const Arguments& arguments) {
  exchange::ImportOptions options;
  if (arguments.cell == "lstm") options.cell = CellKind::kLstm;
  if (arguments.cell == "gru") options.cell = CellKind::kGru;
  if (arguments.cell == "rnn") options.cell = CellKind::kRnn;
  if (!arguments.reset.empty()) options.reset_after = arguments.reset == "after";
  for (const std::string& pair : arguments.names) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      throw UsageError(fmt::format("--map {}: must be OURS=THEIRS", pair));
    }
    if (!options.names.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      throw UsageError(fmt::format("--map {}: stands twice", pair.substr(0, equals)));
    }
  }
  options.ignore_unused = arguments.ignore_unused;
  return options;
}

/// Where later texts of the model stand: beside its vocabulary. Configurations have no blanks.
std::string data_path_of(const std::string& vocabulary) {
  const std::string folder = std::filesystem::path(vocabulary).parent_path().string();
  const bool is_plain = !folder.empty() && folder.find_first_of(" \t\n\r\f\v") == std::string::npos;
  return is_plain ? folder : ".";
}

/// The perplexity of the text, which must be the expected one if that was given.
double check_perplexity(const Session& session, const Arguments& arguments,
                        const AnyLanguageModel& model) {
  Config config;
  config.data_path = data_path_of(arguments.vocabulary);
  const auto team = session.make_team();
  const train::Evaluation result = std::visit(
      [&](const auto& any) {
        config.no_eos = !any.vocabulary().find(Vocabulary::kEndOfSentence).has_value();
        std::int64_t unknown = 0;
        const std::vector<WordId> ids = text::read_word_ids(
            arguments.text, text::text_rules(config, arguments.text), any.vocabulary(), &unknown);
        if (unknown > 0) {
          session.note(fmt::format("{}: {} of {} words are not in the vocabulary", arguments.text,
                                   format_count(unknown),
                                   format_count(static_cast<std::int64_t>(ids.size()))));
        }
        return train::evaluate_stream(any, {ids, arguments.text}, *team, session.stop, {});
      },
      model);
  const double found = result.perplexity();
  if (arguments.expected && !(std::abs(found / *arguments.expected - 1) <= arguments.tolerance)) {
    throw NumericalError(fmt::format(
        "{}: the perplexity of the imported model is {:.6g}, {:.6g} was expected within {:g} per "
        "cent (--tolerance): are vocabulary, cell and text the right ones? Nothing was written",
        arguments.text, found, *arguments.expected, 100 * arguments.tolerance));
  }
  return found;
}

void import_file(const Session& session, const Arguments& arguments) {
  if (arguments.expected && arguments.text.empty()) {
    throw UsageError("--expect-perplexity: --text FILE is needed, the text that has it");
  }
  exchange::check_model_folder(arguments.output);
  const exchange::ImportOptions options = options_of(arguments);
  Vocabulary vocabulary = exchange::read_vocabulary_lines(arguments.vocabulary);
  const bool has_end = vocabulary.find(Vocabulary::kEndOfSentence).has_value();
  const bool has_unknown = vocabulary.find(Vocabulary::kUnknown).has_value();
  const auto file = io::open_array_file(arguments.file);
  const exchange::ImportedModel imported =
      exchange::import_model(*file, std::move(vocabulary), options);
  for (const std::string& note : imported.notes) session.note(note);
  if (!has_end) session.note("no <eos> in the vocabulary: ends of lines are blanks (no_eos)");
  if (!has_unknown) session.note("no <unk> in the vocabulary: texts must have no other words");
  std::optional<double> perplexity;
  if (!arguments.text.empty()) perplexity = check_perplexity(session, arguments, imported.model);
  exchange::write_model_folder(arguments.output, imported.model,
                               data_path_of(arguments.vocabulary));
  io::Table table({"weight", "from", "shape", "dtype"});
  for (const exchange::ImportedWeight& weight : imported.weights) {
    table.add({weight.ours, weight.theirs.empty() ? io::Cell("(zero)") : io::Cell(weight.theirs),
               fmt::format("{}", fmt::join(weight.shape, " x ")), weight.dtype});
  }
  session.print(table);
  const std::string result = perplexity ? fmt::format("perplexity {:.6g}, ", *perplexity) : "";
  const Architecture shape =
      std::visit([](const auto& any) { return any.architecture(); }, imported.model);
  summarise(session, fmt::format("{}{} with {} {} of {} units and {} words in {}", result,
                                 to_string(shape.cell), shape.num_layers,
                                 shape.num_layers == 1 ? "layer" : "layers", shape.size,
                                 format_count(shape.vocab_size), arguments.output));
}

void add_names(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--cell", arguments.cell,
                  "What the weights must be of (default: their shapes tell)")
      ->check(CLI::IsMember({"lstm", "gru", "rnn"}))
      ->type_name("CELL");
  command
      .add_option("--reset", arguments.reset,
                  "GRU: the reset gate before or after the recurrent product (default: as the file "
                  "says, or after, as PyTorch)")
      ->check(CLI::IsMember({"before", "after"}))
      ->type_name("WHERE");
  command
      .add_option("--map", arguments.names,
                  "Which array is a weight: embedding.weight=NAME, output.weight=, output.bias=, "
                  "rnn.weight_ih_l0= …, or rnn=MODULE; repeatable")
      ->type_name("OURS=THEIRS")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag(
      "--ignore-unused", arguments.ignore_unused,
      "Import even if the file holds other arrays than the weights of a language model");
}

}  // namespace

void add_import(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "import", "Make a model directory of a model that was trained with PyTorch or elsewhere");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("FILE", arguments->file,
                   "State dict or whole module of torch.save (.pt, .pth), .safetensors, or .npz; "
                   "nothing in it is executed. LSTM, GRU, or RNN with tanh (assumed where the file "
                   "does not say); an RNN with ReLU is refused")
      ->required();
  command->add_option("-o,--output", arguments->output, "Model directory to make")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--vocab", arguments->vocabulary,
                   "Vocabulary, UTF-8: a word a line, in the order of the rows of the embedding")
      ->required()
      ->type_name("FILE");
  add_names(*command, *arguments);
  command
      ->add_option("--text", arguments->text,
                   "Tell the perplexity of this text, read as one stream from the zero state")
      ->type_name("FILE");
  command
      ->add_option("--expect-perplexity", arguments->expected,
                   "Write nothing unless the text has this perplexity")
      ->check(CLI::PositiveNumber)
      ->type_name("P");
  command
      ->add_option("--tolerance", arguments->tolerance,
                   "By which share of it the perplexity may differ")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("SHARE")
      ->capture_default_str();
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad import model.pt -o models/theirs --vocab vocab.txt",
      "stategrad import awd.pt -o models/awd --vocab vocab.txt --text test.txt "
      "--expect-perplexity 61.2",
      "stategrad import net.npz -o models/net --vocab words --map rnn=encoder.lstm --map "
      "embedding.weight=emb_matrix",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { import_file(session, *arguments); };
  });
}

}  // namespace stategrad::cli
