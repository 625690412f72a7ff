// SPDX-License-Identifier: MIT
#include "cli/outside_model.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "cli/model_arguments.h"
#include "io/npy.h"
#include "model/digest.h"
#include "model/parameters.h"
#include "model/plugin_cell.h"
#include "stategrad/errors.h"
#include "text/lines.h"
#include "text/word_list.h"

namespace stategrad::cli {
namespace {

/// A matrix of vectors, [N, E].
struct Vectors {
  std::int64_t count = 0;  ///< N
  int size = 0;            ///< E
  DType dtype = DType::kFloat32;
  std::vector<double> values;
};

Vectors read_vectors(const std::string& file) {
  const io::NpyHeader header = io::read_npy_header(file);
  constexpr std::int64_t kMost = std::numeric_limits<WordId>::max();
  if (header.shape.size() != 2 || header.count() < 1 || header.shape[0] > kMost ||
      header.shape[1] > kMost) {
    throw DataError(file, "",
                    fmt::format("has {} dimensions and {} numbers: a matrix of vectors "
                                "[N, E] was expected",
                                header.shape.size(), header.count()));
  }
  Vectors vectors{.count = header.shape[0],
                  .size = static_cast<int>(header.shape[1]),
                  .dtype = header.dtype == "<f8" ? DType::kFloat64 : DType::kFloat32,
                  .values = io::read_npy<double>(file).values};
  const auto bad = std::find_if(vectors.values.begin(), vectors.values.end(),
                                [](double value) { return !std::isfinite(value); });
  if (bad != vectors.values.end()) {
    throw DataError(file, fmt::format("row {}", (bad - vectors.values.begin()) / vectors.size),
                    fmt::format("{}: every number must be finite", *bad));
  }
  return vectors;
}

/// A word a line, or `word<TAB>id` lines.
Vocabulary read_words(const std::string& file, std::int64_t count) {
  std::vector<std::string> words = text::read_lines(file);
  if (!words.empty() && words.front().find('\t') != std::string::npos) {
    words = text::read_word_list(file);
  }
  if (std::ssize(words) != count) {
    throw DataError(file, "",
                    fmt::format("has {} words for {} rows of the embeddings: give a word "
                                "a line, in the order of the rows",
                                words.size(), count));
  }
  try {
    return Vocabulary(std::move(words));
  } catch (const UsageError& error) {
    throw DataError(file, "", error.what());
  }
}

Vocabulary numbered(std::int64_t count) {
  std::vector<std::string> words(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = std::to_string(i);
  return Vocabulary(std::move(words));
}

template <class Real>
LanguageModel<Real> model_without_output(Vocabulary vocabulary, const Architecture& shape,
                                         std::vector<cells::LayerWeights<Real>> layers,
                                         const Vectors& vectors,
                                         std::shared_ptr<cells::CellModule> module = {}) {
  Parameters<Real> parameters;
  parameters.module = std::move(module);
  parameters.architecture = shape;
  parameters.architecture.vocab_size = vocabulary.size();
  parameters.embedding = converted<Real>(vectors.values);
  parameters.layers = std::move(layers);
  return LanguageModel<Real>(std::move(vocabulary), std::move(parameters));
}

template <class Real>
LanguageModel<Real> model_of(const model::PluginCell& cell, const Architecture& shape,
                             Vocabulary vocabulary, const Vectors& vectors) {
  std::vector<cells::LayerWeights<Real>> layers;
  layers.emplace_back();
  layers.back().input_size = shape.embedding_size;
  layers.back().size = shape.size;
  return model_without_output<Real>(std::move(vocabulary), shape, std::move(layers), vectors,
                                    cell.module);
}

void require_sense(const OutsideArguments& arguments) {
  const bool words = !arguments.embeddings.empty() || !arguments.vocabulary.empty();
  if (words && !arguments.inputs.empty()) {
    throw UsageError("--inputs takes the place of --embeddings and --vocab: give one of the two");
  }
  if (arguments.inputs.empty() && (arguments.embeddings.empty() || arguments.vocabulary.empty())) {
    throw UsageError(
        "--cell-module needs what it reads: give --embeddings E.npy and --vocab FILE for words, or "
        "--inputs X.npy for vectors");
  }
}

/// The settings of a model that has neither a folder of its own nor data: those of --set.
Config settings_of(const std::vector<std::string>& overrides) {
  std::vector<std::string> items = {"save_path=.", "data_path=."};
  items.insert(items.end(), overrides.begin(), overrides.end());
  return config_from_overrides(items).config;
}

std::string fingerprint_of(const OpenedModel& opened) {
  std::string of_weights = sinks::fingerprint_of_file(opened.weights_file);
  if (opened.other_files.empty()) return of_weights;
  model::Digest digest;
  digest.add(of_weights);
  for (const auto& file : opened.other_files) digest.add(sinks::fingerprint_of_file(file));
  return digest.text();
}

}  // namespace

void add_outside_options(CLI::App& command, OutsideArguments& arguments) {
  auto* module =
      command
          .add_option("--cell-module", arguments.cell_module,
                      "In place of a model: a cell in TorchScript, step(x [B,E], state [B,S]) -> "
                      "state [B,S]")
          ->type_name("FILE");
  command
      .add_option("--embeddings", arguments.embeddings,
                  "With --cell-module: what it reads for each word, [V,E]")
      ->needs(module)
      ->type_name("E.npy");
  command
      .add_option("--vocab", arguments.vocabulary,
                  "With --embeddings: the words of their rows, a word a line")
      ->needs(module)
      ->type_name("FILE");
  command
      .add_option("--state-size", arguments.state_size,
                  "With --cell-module: S (default: the module's attribute state_size)")
      ->check(CLI::Range(1, 1'000'000))
      ->needs(module)
      ->type_name("S");
  command
      .add_option("--inputs", arguments.inputs,
                  "In place of a text: vectors [N,E] that the model reads one after the other")
      ->type_name("X.npy");
}

OpenedModel open_cell_module(const OutsideArguments& arguments,
                             const std::vector<std::string>& overrides) {
  require_sense(arguments);
  const bool words = arguments.inputs.empty();
  const std::string& file = words ? arguments.embeddings : arguments.inputs;
  const Vectors vectors = read_vectors(file);
  Vocabulary vocabulary =
      words ? read_words(arguments.vocabulary, vectors.count) : numbered(vectors.count);
  const model::PluginCell cell = model::open_plugin_cell({.file = arguments.cell_module,
                                                          .input_size = vectors.size,
                                                          .state_size = arguments.state_size,
                                                          .dtype = vectors.dtype});
  Architecture shape{.cell = CellKind::kModule,
                     .num_layers = 1,
                     .vocab_size = vectors.count,
                     .embedding_size = vectors.size,
                     .size = cell.state_size};
  AnyLanguageModel model =
      cell.dtype == DType::kFloat64
          ? AnyLanguageModel(model_of<double>(cell, shape, std::move(vocabulary), vectors))
          : AnyLanguageModel(model_of<float>(cell, shape, std::move(vocabulary), vectors));
  OpenedModel opened{.directory = arguments.cell_module,
                     .weights_file = arguments.cell_module,
                     .description = {.architecture = shape, .dtype = cell.dtype},
                     .config = settings_of(overrides),
                     .model = std::move(model)};
  opened.other_files = {file};
  if (words) opened.other_files.emplace_back(arguments.vocabulary);
  opened.inputs = arguments.inputs;
  return opened;
}

OpenedModel with_inputs(const OpenedModel& opened, const std::string& file) {
  const Vectors vectors = read_vectors(file);
  const int expected = opened.description.architecture.embedding_size;
  if (vectors.size != expected) {
    throw DataError(file, "",
                    fmt::format("has vectors of {} numbers: the model reads vectors of {}",
                                vectors.size, expected));
  }
  OpenedModel driven = opened;
  driven.description.architecture.vocab_size = vectors.count;
  driven.inputs = file;
  driven.other_files.emplace_back(file);
  driven.model = std::visit(
      [&]<class Real>(const LanguageModel<Real>& model) -> AnyLanguageModel {
        std::vector<cells::LayerWeights<Real>> layers;
        for (const auto& layer : model.parameters().layers) {
          layers.push_back(cells::converted_weights<Real>(layer));
        }
        return model_without_output<Real>(numbered(vectors.count), model.architecture(),
                                          std::move(layers), vectors);
      },
      opened.model);
  return driven;
}

std::vector<std::string> read_labels(const std::string& file, std::int64_t count) {
  std::vector<std::string> labels = text::read_lines(file);
  if (std::ssize(labels) != count) {
    throw DataError(file, "",
                    fmt::format("has {} lines for {} inputs: give a label a line, and an "
                                "empty line where there is none",
                                labels.size(), count));
  }
  return labels;
}

sinks::Provenance provenance_of(const OpenedModel& opened, const std::filesystem::path& text) {
  return {.model = opened.directory.string(),
          .model_fingerprint = fingerprint_of(opened),
          .text = text.string(),
          .vectors = !opened.inputs.empty(),
          .dtype = opened.description.dtype,
          .basis = {}};
}

}  // namespace stategrad::cli
