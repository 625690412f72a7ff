// SPDX-License-Identifier: MIT
#include "exchange/import_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/memory.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

/// Bounds that keep products of sizes far from overflow.
constexpr std::int64_t kMostUnits = 1 << 24;
constexpr std::size_t kMostLayers = 1 << 10;

CellKind cell_of(std::int64_t gates, const io::ArrayFile& file, const std::string& name) {
  if (gates == gate_count(CellKind::kLstm)) return CellKind::kLstm;
  if (gates == gate_count(CellKind::kGru)) return CellKind::kGru;
  if (gates == gate_count(CellKind::kRnn)) return CellKind::kRnn;
  throw DataError(
      file.path(), name,
      fmt::format("has {} rows for each unit: an LSTM has 4, a GRU 3, an RNN 1", gates));
}

/// Sizes that the arrays of a file have.
class Shapes {
 public:
  Shapes(const io::ArrayFile& file, const ForeignNames& names, std::int64_t vocab_size)
      : file_(file) {
    if (names.layers.size() > kMostLayers) throw DataError(file.path(), "", "too many layers");
    embedding_size_ = expect_matrix(names.embedding, vocab_size, -1)[1];
    std::int64_t inputs = embedding_size_;
    for (const ForeignLayer& layer : names.layers) {
      const std::int64_t units = expect_matrix(layer.weight_hh, -1, -1)[1];
      const std::int64_t rows = shape(layer.weight_hh)[0];
      if (rows % units != 0) fail(layer.weight_hh, fmt::format("a multiple of {0} rows", units));
      const CellKind cell = cell_of(rows / units, file, layer.weight_hh);
      if (!units_.empty() && cell != cell_) {
        throw DataError(file.path(), layer.weight_hh, "is of another cell than the layer below");
      }
      cell_ = cell;
      expect_matrix(layer.weight_ih, rows, inputs);
      expect_vector(layer.bias_ih, rows);
      expect_vector(layer.bias_hh, rows);
      units_.push_back(units);
      inputs = units;
    }
    expect_matrix(names.output_weight, vocab_size, inputs);
    expect_vector(names.output_bias, vocab_size);
  }

  [[nodiscard]] CellKind cell() const { return cell_; }
  [[nodiscard]] int embedding_size() const { return static_cast<int>(embedding_size_); }
  /// H of each layer.
  [[nodiscard]] const std::vector<std::int64_t>& units() const { return units_; }
  [[nodiscard]] int widest() const {
    return static_cast<int>(*std::max_element(units_.begin(), units_.end()));
  }

 private:
  [[nodiscard]] const std::vector<std::int64_t>& shape(const std::string& name) const {
    return file_.arrays().at(name).shape;
  }
  [[noreturn]] void fail(const std::string& name, const std::string& expected) const {
    throw DataError(
        file_.path(), name,
        fmt::format("has the shape [{}], {} was expected", fmt::join(shape(name), ", "), expected));
  }
  /// @param rows, columns -1: any
  const std::vector<std::int64_t>& expect_matrix(const std::string& name, std::int64_t rows,
                                                 std::int64_t columns) const {
    const std::vector<std::int64_t>& found = shape(name);
    const auto fits = [](std::int64_t size, std::int64_t wanted) {
      return wanted < 0 ? size >= 1 && size <= 4 * kMostUnits : size == wanted;
    };
    if (found.size() != 2 || !fits(found[0], rows) || !fits(found[1], columns) ||
        (columns < 0 && found[1] > kMostUnits)) {
      const auto text = [](std::int64_t n) { return n < 0 ? "…" : std::to_string(n); };
      fail(name, fmt::format("[{}, {}]", text(rows), text(columns)));
    }
    return found;
  }
  void expect_vector(const std::string& name, std::int64_t size) const {
    if (!name.empty() && shape(name) != std::vector<std::int64_t>{size}) {
      fail(name, fmt::format("[{}]", size));
    }
  }

  const io::ArrayFile& file_;
  CellKind cell_ = CellKind::kLstm;
  std::int64_t embedding_size_ = 0;
  std::vector<std::int64_t> units_;
};

/// Copies arrays into a model whose layers all have the same number of units.
template <class Real>
class Filler {
 public:
  Filler(const io::ArrayFile& file, const Shapes& shapes, Parameters<Real>& parameters)
      : file_(file), shapes_(shapes), parameters_(parameters) {}

  void fill(const ForeignNames& names, std::vector<ImportedWeight>& weights) {
    const Architecture& shape = parameters_.architecture;
    const std::vector<std::string> theirs = in_our_order(names);
    const auto tensors = named_tensors(parameters_);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::string dtype = theirs[i].empty() ? "" : file_.arrays().at(theirs[i]).dtype;
      weights.push_back({tensors[i].name, theirs[i], tensors[i].shape, dtype});
      if (theirs[i].empty()) continue;
      const bool is_layer = tensors[i].name.starts_with("rnn.");
      const std::size_t layer = (i - 1) / 4;
      const std::int64_t gates = is_layer ? gate_count(shape.cell) : 1;
      const std::int64_t rows =
          is_layer ? shapes_.units()[layer] : file_.arrays().at(theirs[i]).shape[0];
      copy(theirs[i], tensors[i], gates, rows);
    }
  }

 private:
  static std::vector<std::string> in_our_order(const ForeignNames& names) {
    std::vector<std::string> theirs{names.embedding};
    for (const ForeignLayer& layer : names.layers) {
      theirs.insert(theirs.end(), {layer.weight_ih, layer.weight_hh, layer.bias_ih, layer.bias_hh});
    }
    theirs.insert(theirs.end(), {names.output_weight, names.output_bias});
    return theirs;
  }

  /// Rows of each gate and columns come to the start of ours; the rest stays zero.
  void copy(const std::string& name, const NamedTensor<Real>& to, std::int64_t gates,
            std::int64_t rows) const {
    const std::vector<double> from = file_.read(name);
    const bool is_matrix = to.shape.size() == 2;
    const std::int64_t columns = is_matrix ? file_.arrays().at(name).shape[1] : 1;
    const std::int64_t our_columns = is_matrix ? to.shape[1] : 1;
    const std::int64_t our_rows = to.shape[0] / gates;
    for (std::int64_t gate = 0; gate < gates; ++gate) {
      for (std::int64_t row = 0; row < rows; ++row) {
        const double* source = from.data() + (gate * rows + row) * columns;
        Real* target = to.values.data() + (gate * our_rows + row) * our_columns;
        for (std::int64_t column = 0; column < columns; ++column) {
          target[column] = static_cast<Real>(source[column]);
          if (!std::isfinite(target[column])) {
            throw DataError(file_.path(), name,
                            fmt::format("holds {}, finite numbers were expected", source[column]));
          }
        }
      }
    }
  }

  const io::ArrayFile& file_;
  const Shapes& shapes_;
  Parameters<Real>& parameters_;
};

bool ends_with_part(const std::string& name, std::string_view part) {
  return name == part || name.ends_with("." + std::string(part));
}

/// Whether an attribute is of a module of recurrent layers that the model does without.
bool is_of_unused_layers(const std::string& attribute, const ForeignNames& names) {
  const std::string layer = attribute.substr(0, attribute.rfind('.') + 1) + "weight_hh";
  return std::any_of(names.unused.begin(), names.unused.end(),
                     [&](const std::string& name) { return name.starts_with(layer); });
}

/// Whether a file tells that its RNN has tanh; state dicts do not. Ours do: we know no other.
/// @throws DataError if a module, settings beside the weights, or metadata say ReLU
bool says_tanh(const io::ArrayFile& file, const ForeignNames& names) {
  bool tanh = false;
  for (const auto& [name, value] : file.attributes()) {
    if (is_of_unused_layers(name, names)) continue;
    const bool is_mode = ends_with_part(name, "mode") || ends_with_part(name, "nonlinearity") ||
                         ends_with_part(name, "rnn_type");
    if (value == "RNN_RELU" || (is_mode && value == "relu")) {
      throw DataError(file.path(), name,
                      fmt::format("is {}, only an RNN with tanh can be imported: give this cell "
                                  "as TorchScript with --cell-module (gradients, analyze)",
                                  value));
    }
    tanh = tanh || value == "RNN_TANH" || (is_mode && value == "tanh") ||
           (name == "cell" && value == to_string(CellKind::kRnn));
  }
  return tanh;
}

bool reset_after(const io::ArrayFile& file, const ImportOptions& options, CellKind cell) {
  if (cell != CellKind::kGru) return false;
  if (options.reset_after) return *options.reset_after;
  if (file.arrays().contains("reset_after") && file.arrays().at("reset_after").count() == 1) {
    return file.read("reset_after").front() != 0;
  }
  const auto said = file.attributes().find("reset_after");
  return said == file.attributes().end() || said->second != "false";
}

/// Unused arrays that change nothing: copies of used ones, counters, AWD-LSTM's thinned-out
/// weights.
class Leftovers {
 public:
  Leftovers(const io::ArrayFile& file, const std::vector<ImportedWeight>& weights)
      : file_(file), weights_(weights) {}

  [[nodiscard]] bool is_harmless(const std::string& name) const {
    const io::ArrayInfo& array = file_.arrays().at(name);
    if (!array.dtype.starts_with("float") && array.dtype != "bfloat16") return true;
    if (array.count() <= 1 || file_.arrays().contains(name + "_raw")) return true;
    return std::any_of(weights_.begin(), weights_.end(), [&](const ImportedWeight& weight) {
      return !weight.theirs.empty() && file_.arrays().at(weight.theirs).shape == array.shape &&
             file_.read(weight.theirs) == file_.read(name);
    });
  }

 private:
  const io::ArrayFile& file_;
  const std::vector<ImportedWeight>& weights_;
};

/// Which of them may be the output's bias, if none was found.
std::string advice_on_bias(const io::ArrayFile& file, const ForeignNames& names,
                           const std::vector<std::string>& foreign) {
  if (!names.output_bias.empty()) return "";
  const std::int64_t words = file.arrays().at(names.output_weight).shape[0];
  for (const std::string& name : foreign) {
    if (file.arrays().at(name).shape != std::vector<std::int64_t>{words}) continue;
    return fmt::format("if {0} is the output's bias, say --map output.bias={0}; ", name);
  }
  return "";
}

void check_unused(const io::ArrayFile& file, const ForeignNames& names, bool ignore,
                  ImportedModel& imported) {
  const Leftovers leftovers(file, imported.weights);
  std::vector<std::string> foreign;
  for (const std::string& name : names.unused) {
    if (!leftovers.is_harmless(name)) foreign.push_back(name);
  }
  if (!foreign.empty() && !ignore) {
    throw DataError(file.path(), "",
                    fmt::format("holds what is no weight of such a model: {}; {}if the model "
                                "computes the same without it, say --ignore-unused",
                                fmt::join(foreign, ", "), advice_on_bias(file, names, foreign)));
  }
  if (!names.unused.empty()) {
    imported.notes.push_back(fmt::format("not used: {}", fmt::join(names.unused, ", ")));
  }
}

template <class Real>
ImportedModel build(const io::ArrayFile& file, Vocabulary vocabulary, const ForeignNames& names,
                    const Shapes& shapes, const Architecture& architecture) {
  Parameters<Real> parameters(architecture);
  std::vector<ImportedWeight> weights;
  Filler<Real>(file, shapes, parameters).fill(names, weights);
  return {
      LanguageModel<Real>(std::move(vocabulary), std::move(parameters)), std::move(weights), {}};
}

std::vector<std::string> notes_on(const ForeignNames& names, const Shapes& shapes) {
  std::vector<std::string> notes;
  if (names.output_weight == names.embedding) {
    notes.push_back(
        fmt::format("{} is both embedding and output, which become two", names.embedding));
  }
  if (names.output_bias.empty()) notes.emplace_back("no bias of the output: it is zero");
  const std::vector<std::int64_t>& units = shapes.units();
  if (std::any_of(units.begin(), units.end(), [&](auto n) { return n != shapes.widest(); })) {
    notes.push_back(
        fmt::format("layers of {} units: the smaller ones are filled up to {} with units "
                    "that are always zero",
                    fmt::join(units, ", "), shapes.widest()));
  }
  return notes;
}

bool is_double(const io::ArrayFile& file, const ForeignNames& names) {
  const ForeignLayer& first = names.layers.front();
  const std::vector<std::string> some{names.embedding, names.output_weight, first.weight_ih,
                                      first.weight_hh};
  return std::any_of(some.begin(), some.end(), [&](const std::string& name) {
    return file.arrays().at(name).dtype == "float64";
  });
}

void check_memory(const Architecture& shape, std::size_t item, const std::string& file) {
  const double layer = static_cast<double>(shape.gate_rows()) *
                       (std::max(shape.size, shape.embedding_size) + shape.size + 2.0);
  const double numbers =
      static_cast<double>(shape.vocab_size) * (shape.embedding_size + shape.size + 1.0) +
      layer * shape.num_layers;
  require_memory(static_cast<std::uintmax_t>(numbers * static_cast<double>(item)),
                 "the weights of " + file);
}

}  // namespace

ImportedModel import_model(const io::ArrayFile& file, Vocabulary vocabulary,
                           const ImportOptions& options) {
  const ForeignNames names = find_names(file, vocabulary.size(), options.names);
  const Shapes shapes(file, names, vocabulary.size());
  if (options.cell && *options.cell != shapes.cell()) {
    throw UsageError(fmt::format("--cell {}: the weights of {} have the shapes of {}",
                                 to_string(*options.cell), file.path(), to_string(shapes.cell())));
  }
  if (options.reset_after && shapes.cell() != CellKind::kGru) {
    throw UsageError(fmt::format("--reset: {} holds the weights of {}, only a GRU has a reset gate",
                                 file.path(), to_string(shapes.cell())));
  }
  const Architecture architecture{.cell = shapes.cell(),
                                  .reset_after = reset_after(file, options, shapes.cell()),
                                  .num_layers = static_cast<int>(names.layers.size()),
                                  .vocab_size = vocabulary.size(),
                                  .embedding_size = shapes.embedding_size(),
                                  .size = shapes.widest()};
  const bool tanh_is_guessed = shapes.cell() == CellKind::kRnn && !says_tanh(file, names);
  const bool wide = is_double(file, names);
  check_memory(architecture, wide ? sizeof(double) : sizeof(float), file.path());
  ImportedModel imported =
      wide ? build<double>(file, std::move(vocabulary), names, shapes, architecture)
           : build<float>(file, std::move(vocabulary), names, shapes, architecture);
  imported.notes = notes_on(names, shapes);
  if (tanh_is_guessed) {
    imported.notes.emplace_back(
        "the file does not say whether the RNN has tanh or ReLU: tanh is assumed, which only "
        "--expect-perplexity checks");
  }
  check_unused(file, names, options.ignore_unused, imported);
  return imported;
}

}  // namespace stategrad::exchange
