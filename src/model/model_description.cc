// SPDX-License-Identifier: MIT
//
// model.json.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/json_fields.h"
#include "model/digest.h"
#include "model/format.h"
#include "model/model_directory.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::model {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Bounds that keep products of sizes far from overflow; memory ends long before.
constexpr std::int64_t kMostWords = std::numeric_limits<WordId>::max();
constexpr std::int64_t kMostUnits = 1 << 24;
constexpr std::int64_t kMostLayers = 1 << 16;

/// Digest of everything but the digest, whatever the order of the fields and the white space.
std::string digest_of(json content) {
  content.erase("digest");
  Digest digest;
  digest.add(content.dump(-1, ' ', false, json::error_handler_t::replace));
  return digest.text();
}

ordered_json perplexity(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? ordered_json(*value) : ordered_json(nullptr);
}

Architecture read_architecture(const JsonFields& fields) {
  Architecture shape;
  try {
    shape.cell = parse_cell_kind(fields.text("cell"));
  } catch (const UsageError& error) {
    fields.fail("cell", error.what());
  }
  if (shape.cell == CellKind::kModule) fields.fail("cell", "module, whose weights no model has");
  shape.reset_after = fields.boolean("reset_after");
  shape.num_layers = static_cast<int>(fields.integer("num_layers", 1, kMostLayers));
  shape.vocab_size = fields.integer("vocab_size", 1, kMostWords);
  shape.embedding_size = static_cast<int>(fields.integer("embedding_size", 1, kMostUnits));
  shape.size = static_cast<int>(fields.integer("size", 1, kMostUnits));
  if (shape.reset_after && shape.cell != CellKind::kGru) {
    fields.fail("reset_after",
                fmt::format("true for {}, but only a GRU has a reset gate", to_string(shape.cell)));
  }
  return shape;
}

Config read_configuration(const JsonFields& root) {
  const JsonFields fields = root.object("configuration");
  std::vector<std::string> items;
  for (const auto& [key, value] : fields.content().items()) {
    items.push_back(fmt::format("{}={}", key, fields.text(key.c_str())));
  }
  try {
    return config_from_overrides(items).config;
  } catch (const UsageError& error) {
    root.fail("configuration", error.what());
  }
}

DType read_dtype(const JsonFields& fields) {
  try {
    return parse_dtype(fields.text("dtype"));
  } catch (const UsageError& error) {
    fields.fail("dtype", error.what());
  }
}

void check_format(const JsonFields& fields) {
  if (fields.text("format") != kFormatName) {
    fields.fail("format",
                fmt::format("'{}' where '{}' was expected", fields.text("format"), kFormatName));
  }
  const std::int64_t version =
      fields.integer("version", 1, std::numeric_limits<std::int64_t>::max());
  if (version > kFormatVersion) {
    fields.fail("version", fmt::format("format version {} is newer than {}, the newest that "
                                       "stategrad {} reads: upgrade stategrad",
                                       version, kFormatVersion, STATEGRAD_VERSION));
  }
  if (fields.text("digest") != digest_of(fields.content())) {
    fields.fail("digest", fmt::format("{} is not the digest {} of what the file holds: it was "
                                      "altered after it was written",
                                      fields.text("digest"), digest_of(fields.content())));
  }
}

}  // namespace

void write_description(const fs::path& directory, const ModelDescription& description) {
  const Architecture& shape = description.architecture;
  ordered_json configuration = ordered_json::object();
  for (const auto& [key, value] : config_items(description.config)) configuration[key] = value;
  const ordered_json content = {{"format", kFormatName},
                                {"version", kFormatVersion},
                                {"program", description.version},
                                {"architecture",
                                 {{"cell", to_string(shape.cell)},
                                  {"reset_after", shape.reset_after},
                                  {"num_layers", shape.num_layers},
                                  {"vocab_size", shape.vocab_size},
                                  {"embedding_size", shape.embedding_size},
                                  {"size", shape.size}}},
                                {"dtype", to_string(description.dtype)},
                                {"seed", description.seed},
                                {"epochs_done", description.epochs_done},
                                {"finished", description.finished},
                                {"perplexity",
                                 {{"train", perplexity(description.train_perplexity)},
                                  {"valid", perplexity(description.valid_perplexity)},
                                  {"best_valid", perplexity(description.best_valid_perplexity)},
                                  {"test", perplexity(description.test_perplexity)}}},
                                {"configuration", configuration}};
  constexpr auto kReplace = json::error_handler_t::replace;
  ordered_json complete = content;
  complete["digest"] = digest_of(json::parse(content.dump(-1, ' ', false, kReplace)));
  write_file(directory / kDescriptionName, complete.dump(2, ' ', false, kReplace) + "\n");
}

ModelDescription read_description(const fs::path& directory) {
  const fs::path path = directory / kDescriptionName;
  std::error_code ignored;
  if (!fs::exists(directory, ignored)) {
    throw DataError(directory.string(), "", "no such folder: give the folder of a trained model");
  }
  if (!fs::exists(path, ignored)) {
    throw DataError(directory.string(), "",
                    fmt::format("not a model directory: {} is missing", kDescriptionName));
  }
  const json content = parse_json(path.string(), read_file(path));
  const JsonFields fields(content, path.string(), "");
  check_format(fields);
  ModelDescription description;
  description.architecture = read_architecture(fields.object("architecture"));
  description.dtype = read_dtype(fields);
  description.config = read_configuration(fields);
  description.seed = fields.unsigned_integer("seed");
  description.epochs_done =
      static_cast<int>(fields.integer("epochs_done", 0, std::numeric_limits<int>::max()));
  description.finished = fields.boolean("finished");
  const JsonFields perplexities = fields.object("perplexity");
  description.train_perplexity = perplexities.positive_or_none("train");
  description.valid_perplexity = perplexities.positive_or_none("valid");
  description.best_valid_perplexity = perplexities.positive_or_none("best_valid");
  description.test_perplexity = perplexities.positive_or_none("test");
  description.version = fields.text("program");
  return description;
}

DirectoryState inspect_directory(const fs::path& directory) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (!fs::exists(status)) return DirectoryState::kAbsent;
  if (!fs::is_directory(status)) return DirectoryState::kOther;
  if (fs::directory_iterator(directory, error) == fs::directory_iterator()) {
    return error ? DirectoryState::kOther : DirectoryState::kEmpty;
  }
  try {
    return read_description(directory).finished ? DirectoryState::kFinishedModel
                                                : DirectoryState::kUnfinishedModel;
  } catch (const DataError&) {
    return DirectoryState::kOther;
  }
}

}  // namespace stategrad::model
