// SPDX-License-Identifier: MIT
//
// model.safetensors and best.safetensors.
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/memory.h"
#include "io/safetensors.h"
#include "model/digest.h"
#include "model/format.h"
#include "model/model_directory.h"
#include "model/parameters.h"
#include "model/samples.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::model {
namespace {

namespace fs = std::filesystem;

fs::path weights_path(const fs::path& directory, WhichWeights which) {
  return directory / (which == WhichWeights::kLast ? kLastWeightsName : kBestWeightsName);
}

const char* bool_text(bool value) { return value ? "true" : "false"; }

std::string digest_of(const Vocabulary& vocabulary) {
  Digest digest;
  for (const std::string& word : vocabulary.words()) digest.add(word);
  return digest.text();
}

template <class Real>
std::string digest_of(const Parameters<Real>& parameters) {
  Digest digest;
  for (const auto& tensor : named_tensors(parameters)) digest.add(std::as_bytes(tensor.values));
  return digest.text();
}

/// The metadata of a file of weights, with errors that name the entry.
class Metadata {
 public:
  Metadata(const io::Safetensors& file, std::string path)
      : entries_(file.metadata()), path_(std::move(path)) {}

  [[nodiscard]] const std::string& text(const char* name) const {
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) {
      throw DataError(path_, "__metadata__", fmt::format("'{}' is missing", name));
    }
    return entry->second;
  }
  void expect(const char* name, const std::string& expected, const char* consequence) const {
    const std::string& found = text(name);
    if (found == expected) return;
    throw DataError(path_, fmt::format("__metadata__.{}", name),
                    fmt::format("'{}' where '{}' was expected: {}", found, expected, consequence));
  }
  void check_version() const {
    const std::string& found = text("version");
    int version = 0;
    const char* end = found.data() + found.size();
    const auto [stop, error] = std::from_chars(found.data(), end, version);
    if (error != std::errc{} || stop != end || version < 1 || version > kFormatVersion) {
      throw DataError(path_, "__metadata__.version",
                      fmt::format("format version '{}' is not one of 1..{}, which stategrad {} "
                                  "reads: upgrade stategrad",
                                  found, kFormatVersion, STATEGRAD_VERSION));
    }
  }

 private:
  const std::map<std::string, std::string>& entries_;
  std::string path_;
};

double bytes_of(const Architecture& shape, std::size_t item) {
  double numbers = static_cast<double>(shape.vocab_size) * (shape.embedding_size + shape.size + 1);
  for (int layer = 0; layer < std::min(shape.num_layers, 2); ++layer) {
    const double times = layer == 0 ? 1 : shape.num_layers - 1;
    numbers += times * shape.gate_rows() * (shape.input_size(layer) + shape.size + 2.0);
  }
  return numbers * static_cast<double>(item);
}

template <class Real>
LanguageModel<Real> read_weights(const fs::path& path, const ModelDescription& description,
                                 Vocabulary vocabulary) {
  const Architecture& shape = description.architecture;
  const io::Safetensors file(path);
  const Metadata metadata(file, path.string());
  metadata.expect("format", kFormatName, "the file is not of a stategrad model");
  metadata.check_version();
  const char* other = "model.json is of another model";
  metadata.expect("cell", std::string(to_string(shape.cell)), other);
  metadata.expect("reset_after", bool_text(shape.reset_after), other);
  metadata.expect("vocabulary", digest_of(vocabulary), "vocab.txt is of another model");
  double stored = 0;
  for (const auto& [name, tensor] : file.tensors()) stored += static_cast<double>(tensor.bytes);
  if (bytes_of(shape, sizeof(Real)) > stored) {
    throw DataError(path.string(), "", "fewer numbers than the sizes in model.json ask for");
  }
  require_memory(static_cast<std::uintmax_t>(bytes_of(shape, sizeof(Real))),
                 "the weights of " + path.string());
  Parameters<Real> parameters(shape);
  const auto tensors = named_tensors(parameters);
  for (const auto& tensor : tensors) {
    if (file.contains(tensor.name) &&
        file.tensors().at(tensor.name).bytes != tensor.values.size_bytes()) {
      throw DataError(path.string(), tensor.name, "not of the shape and type of model.json");
    }
    file.copy(tensor.name, tensor.shape, tensor.values);
  }
  if (file.tensors().size() != tensors.size()) {
    throw DataError(path.string(), "",
                    fmt::format("{} tensors where the {} of model.json were expected",
                                file.tensors().size(), tensors.size()));
  }
  metadata.expect("digest", digest_of(parameters), "the weights were altered after writing");
  const auto samples = parse_samples(metadata.text("samples"), shape.vocab_size, path.string());
  LanguageModel<Real> model(std::move(vocabulary), std::move(parameters));
  replay_samples(model, samples, path.string());
  return model;
}

}  // namespace

template <class Real>
void write_weights(const fs::path& directory, const LanguageModel<Real>& model,
                   WhichWeights which) {
  const Architecture& shape = model.architecture();
  const std::map<std::string, std::string> metadata = {
      {"format", kFormatName},
      {"version", std::to_string(kFormatVersion)},
      {"program", "stategrad " STATEGRAD_VERSION},
      {"cell", std::string(to_string(shape.cell))},
      {"reset_after", bool_text(shape.reset_after)},
      {"vocabulary", digest_of(model.vocabulary())},
      {"digest", digest_of(model.parameters())},
      {"samples", samples_to_text(make_samples(model))}};
  std::vector<io::TensorView> views;
  for (const auto& tensor : named_tensors(model.parameters())) {
    views.push_back({tensor.name, sizeof(Real) == sizeof(float) ? "F32" : "F64", tensor.shape,
                     std::as_bytes(tensor.values)});
  }
  io::write_safetensors(weights_path(directory, which), metadata, views);
}

AnyLanguageModel read_model(const fs::path& directory, WhichWeights which) {
  const ModelDescription description = read_description(directory);
  const fs::path path = weights_path(directory, which);
  std::error_code ignored;
  if (description.epochs_done == 0 && !fs::exists(path, ignored)) {
    throw DataError(directory.string(), "",
                    "no epoch of this training is done yet, so there are no weights");
  }
  Vocabulary vocabulary = read_vocabulary(directory);
  if (vocabulary.size() != description.architecture.vocab_size) {
    throw DataError((directory / kVocabularyName).string(), "",
                    fmt::format("{} words where model.json says {}", vocabulary.size(),
                                description.architecture.vocab_size));
  }
  if (description.dtype == DType::kFloat64) {
    return read_weights<double>(path, description, std::move(vocabulary));
  }
  return read_weights<float>(path, description, std::move(vocabulary));
}

template void write_weights(const fs::path&, const LanguageModel<float>&, WhichWeights);
template void write_weights(const fs::path&, const LanguageModel<double>&, WhichWeights);

}  // namespace stategrad::model
