// SPDX-License-Identifier: MIT
#include "sinks/run_description_h5.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kRun = "/run";
constexpr const char* kVectors = "vectors";
constexpr const char* kSources = "/run/sources";
constexpr const char* kRankTolerance = "/run/rank_tolerance";
/// Bounds that keep products of two sizes far from overflow; memory ends long before.
constexpr std::int64_t kMostUnits = 1 << 24;
constexpr std::int64_t kMostLayers = 1 << 16;
constexpr std::int64_t kMostInt = std::numeric_limits<int>::max();
constexpr std::int64_t kMostWords = std::int64_t{1} << 48;

/// The attributes of the description, with errors that name them.
class RunFields {
 public:
  RunFields(const io::Hdf5Reader& in, const std::filesystem::path& file)
      : in_(in), file_(file.string()) {}

  [[noreturn]] void fail(const std::string& place, const std::string& message) const {
    throw DataError(file_, place, message);
  }
  [[nodiscard]] std::string text(const char* name) const { return in_.text_attribute(kRun, name); }
  [[nodiscard]] std::int64_t integer(const char* name, std::int64_t low, std::int64_t high) const {
    const std::int64_t value = in_.integer_attribute(kRun, name);
    if (value < low || value > high) {
      fail(kRun, fmt::format("{} is {} where {} to {} was expected", name, value, low, high));
    }
    return value;
  }
  [[nodiscard]] int small(const char* name, std::int64_t low, std::int64_t high) const {
    return static_cast<int>(integer(name, low, high));
  }
  [[nodiscard]] bool flag(const char* name) const { return integer(name, 0, 1) == 1; }

  /// One of the words that a parser of types.h takes.
  template <class Parse>
  [[nodiscard]] auto word(Parse parse, const std::string& value, const std::string& place) const {
    try {
      return parse(value);
    } catch (const UsageError& error) {
      fail(place, error.what());
    }
  }

  /// The numbers of a list that is no longer than `most`.
  [[nodiscard]] std::vector<std::int64_t> list(const std::string& path, std::int64_t most) const {
    const std::int64_t length = length_of(path, most);
    std::vector<std::int64_t> values(static_cast<std::size_t>(length));
    in_.read<std::int64_t>(path, {length}, values);
    return values;
  }
  [[nodiscard]] std::int64_t length_of(const std::string& path, std::int64_t most) const {
    const io::Shape shape = in_.shape(path);
    if (shape.size() != 1 || shape[0] < 0 || shape[0] > most) {
      fail(path, fmt::format("a list of at most {} values was expected", most));
    }
    in_.require_stored(path);
    return shape[0];
  }

 private:
  const io::Hdf5Reader& in_;
  std::string file_;
};

Architecture read_architecture(const RunFields& fields) {
  Architecture shape;
  shape.cell = fields.word(parse_cell_kind, fields.text("cell"), kRun);
  shape.reset_after = fields.flag("reset_after");
  shape.num_layers = fields.small("num_layers", 1, kMostLayers);
  shape.vocab_size = fields.integer("vocab_size", 1, std::numeric_limits<WordId>::max());
  shape.embedding_size = fields.small("embedding_size", 1, kMostUnits);
  shape.size = fields.small("size", 1, kMostUnits);
  return shape;
}

std::vector<StateOfLayer> read_states(const io::Hdf5Reader& in, const RunFields& fields,
                                      int num_layers) {
  const std::vector<std::int64_t> layers = fields.list("/run/layers", 2 * kMostLayers);
  static_cast<void>(fields.length_of("/run/states", 2 * kMostLayers));
  const std::vector<std::string> names = in.read_texts("/run/states");
  if (names.size() != layers.size() || names.empty()) {
    fields.fail("/run/states", fmt::format("{} states of {} layers: one layer per state, and at "
                                           "least one, was expected",
                                           names.size(), layers.size()));
  }
  std::vector<StateOfLayer> states;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (layers[i] < 0 || layers[i] >= num_layers) {
      fields.fail("/run/layers",
                  fmt::format("layer {} where 0 to {} was expected", layers[i], num_layers - 1));
    }
    const StateOfLayer state = {fields.word(parse_state_kind, names[i], "/run/states"),
                                static_cast<int>(layers[i])};
    if (std::find(states.begin(), states.end(), state) != states.end()) {
      fields.fail("/run/states",
                  fmt::format("the {} state of layer {} stands twice", names[i], layers[i]));
    }
    states.push_back(state);
  }
  return states;
}

void read_windows(const RunFields& fields, RunDescription& run) {
  run.windowed = fields.flag("windowed");
  run.num_steps = fields.small("num_steps", run.windowed ? 1 : 0, run.windowed ? kMostInt : 0);
  run.num_windows = fields.integer("num_windows", run.windowed ? 1 : 0,
                                   run.windowed ? run.words / run.num_steps : 0);
  if (!run.windowed) return;
  for (const std::int64_t step : fields.list("/run/time_steps", run.num_steps)) {
    const std::int64_t lowest = run.time_steps.empty() ? 0 : run.time_steps.back() + 1;
    if (step < lowest || step >= run.num_steps) {
      fields.fail("/run/time_steps", fmt::format("time step {} where {} to {} was expected", step,
                                                 lowest, run.num_steps - 1));
    }
    run.time_steps.push_back(static_cast<int>(step));
  }
  if (run.time_steps.empty()) fields.fail("/run/time_steps", "no time step");
}

void read_sources(const io::Hdf5Reader& in, const RunFields& fields, RunDescription& run) {
  if (!in.contains(kSources)) return;
  const std::int64_t words = words_read(run);
  run.sources = fields.list(kSources, words);
  std::int64_t lowest = 0;
  for (const std::int64_t source : run.sources) {
    if (source < lowest || source >= words) {
      fields.fail(kSources, fmt::format("position {} where {} to {} was expected", source, lowest,
                                        words - 1));
    }
    lowest = source + 1;
  }
  if (run.sources.empty()) fields.fail(kSources, "no position");
}

void read_basis(const io::Hdf5Reader& in, const RunFields& fields, RunDescription& run) {
  constexpr const char* kBasis = "/run/basis";
  if (!in.contains(kBasis)) {
    if (run.rows == run.architecture.embedding_size) return;
    fields.fail(kBasis, fmt::format("missing, but {} directions are not the {} dimensions of the "
                                    "embedding",
                                    run.rows, run.architecture.embedding_size));
  }
  const io::Shape shape = {run.rows, run.architecture.embedding_size};
  if (in.shape(kBasis) != shape) {
    fields.fail(kBasis, fmt::format("not of the shape [{}, {}] of rows and embedding_size",
                                    shape[0], shape[1]));
  }
  in.require_stored(kBasis);
  run.provenance.basis.resize(static_cast<std::size_t>(shape[0] * shape[1]));
  in.read<double>(kBasis, shape, run.provenance.basis);
  if (!std::all_of(run.provenance.basis.begin(), run.provenance.basis.end(),
                   [](double value) { return std::isfinite(value); })) {
    fields.fail(kBasis, "holds numbers that are not finite");
  }
}

void read_rank_tolerance(const io::Hdf5Reader& in, const RunFields& fields, RunDescription& run) {
  if (!in.contains(kRankTolerance)) return;
  in.require_stored(kRankTolerance);
  in.read<double>(kRankTolerance, {1}, std::span<double>(&run.rank_tolerance, 1));
  if (!(run.rank_tolerance > 0 && run.rank_tolerance < 1)) {
    fields.fail(kRankTolerance, fmt::format("{} where a number above 0 and below 1 was expected",
                                            run.rank_tolerance));
  }
}

void write_texts(io::Hdf5Writer& out, const RunDescription& run) {
  const Provenance& from = run.provenance;
  out.set_attribute(kRun, "program", run.program_version);
  out.set_attribute(kRun, "model", from.model);
  out.set_attribute(kRun, "model_fingerprint", from.model_fingerprint);
  out.set_attribute(kRun, "text", from.text);
  out.set_attribute(kRun, "text_fingerprint", run.text_fingerprint);
  out.set_attribute(kRun, "vocabulary_fingerprint", run.vocabulary_fingerprint);
  out.set_attribute(kRun, "dtype", std::string(to_string(from.dtype)));
  out.set_attribute(kRun, "cell", std::string(to_string(run.architecture.cell)));
  if (from.vectors) out.set_attribute(kRun, kVectors, 1);
}

void write_integers(io::Hdf5Writer& out, const RunDescription& run) {
  const Architecture& shape = run.architecture;
  out.set_attribute(kRun, "reset_after", shape.reset_after ? 1 : 0);
  out.set_attribute(kRun, "num_layers", shape.num_layers);
  out.set_attribute(kRun, "vocab_size", shape.vocab_size);
  out.set_attribute(kRun, "embedding_size", shape.embedding_size);
  out.set_attribute(kRun, "size", shape.size);
  out.set_attribute(kRun, "words", run.words);
  out.set_attribute(kRun, "max_delay", run.max_delay);
  out.set_attribute(kRun, "rows", run.rows);
  out.set_attribute(kRun, "windowed", run.windowed ? 1 : 0);
  out.set_attribute(kRun, "num_steps", run.num_steps);
  out.set_attribute(kRun, "num_windows", run.num_windows);
}

}  // namespace

void write_head(io::Hdf5Writer& out, const FileKind& kind, const RunDescription& run) {
  out.set_attribute("/", "magic", std::string(kind.magic));
  out.set_attribute("/", "version", kind.version);
  std::vector<std::string> names;
  std::vector<std::int64_t> layers;
  for (const StateOfLayer& state : run.states) {
    names.emplace_back(to_string(state.state));
    layers.push_back(state.layer);
  }
  out.write_texts("/run/states", names);
  const auto count = [](const auto& values) { return static_cast<std::int64_t>(values.size()); };
  out.write<std::int64_t>("/run/layers", {count(layers)}, layers);
  if (run.windowed) {
    const std::vector<std::int64_t> steps(run.time_steps.begin(), run.time_steps.end());
    out.write<std::int64_t>("/run/time_steps", {count(steps)}, steps);
  }
  if (!run.sources.empty()) {
    out.write<std::int64_t>(kSources, {count(run.sources)}, run.sources);
  }
  if (!run.provenance.basis.empty()) {
    out.write<double>("/run/basis", {run.rows, run.architecture.embedding_size},
                      run.provenance.basis);
  }
  if (run.rank_tolerance > 0) {
    out.write<double>(kRankTolerance, {1}, std::span<const double>(&run.rank_tolerance, 1));
  }
  write_texts(out, run);
  write_integers(out, run);
}

void write_complete(io::Hdf5Writer& out) { out.set_attribute("/", "complete", 1); }

std::int64_t check_head(const io::Hdf5Reader& in, const std::filesystem::path& file,
                        const FileKind& kind) {
  const auto fail = [&](const std::string& message) {
    throw DataError(file.string(), "/", message);
  };
  const std::string magic = in.has_attribute("/", "magic") ? in.text_attribute("/", "magic") : "";
  if (magic != kind.magic) {
    fail(magic.empty() ? fmt::format("an HDF5 file, but not of stategrad: '{}' was expected as "
                                     "attribute magic",
                                     kind.magic)
                       : fmt::format("'{}' where '{}' was expected", magic, kind.magic));
  }
  const std::int64_t version = in.integer_attribute("/", "version");
  if (version < 1 || version > kind.version) {
    fail(
        fmt::format("format version {} where 1 to {} was expected: stategrad {} reads no newer "
                    "ones, upgrade stategrad",
                    version, kind.version, STATEGRAD_VERSION));
  }
  if (!in.has_attribute("/", "complete") || in.integer_attribute("/", "complete") != 1) {
    fail("not complete: the program that wrote it did not come to the end");
  }
  return version;
}

RunDescription read_run(const io::Hdf5Reader& in, const std::filesystem::path& file) {
  const RunFields fields(in, file);
  RunDescription run;
  run.program_version = fields.text("program");
  run.provenance.model = fields.text("model");
  run.provenance.model_fingerprint = fields.text("model_fingerprint");
  run.provenance.text = fields.text("text");
  run.provenance.vectors = in.has_attribute(kRun, kVectors) && fields.flag(kVectors);
  run.provenance.dtype = fields.word(parse_dtype, fields.text("dtype"), kRun);
  run.architecture = read_architecture(fields);
  run.vocabulary_fingerprint = fields.text("vocabulary_fingerprint");
  run.text_fingerprint = fields.text("text_fingerprint");
  run.words = fields.integer("words", 1, kMostWords);
  run.states = read_states(in, fields, run.architecture.num_layers);
  run.max_delay = fields.small("max_delay", 1, kMostInt);
  run.rows = fields.small("rows", 1, kMostUnits);
  read_windows(fields, run);
  read_sources(in, fields, run);
  read_basis(in, fields, run);
  read_rank_tolerance(in, fields, run);
  return run;
}

std::string group_of(const StateOfLayer& state) {
  return fmt::format("/{}/layer_{}", to_string(state.state), state.layer);
}

std::uint64_t head_bound(const GradientRun& run) {
  // Attributes, among them paths of unknown length, and what an empty file takes.
  constexpr std::uint64_t kFixed = 65'536;
  const std::uint64_t basis_row = static_cast<std::uint64_t>(run.architecture.embedding_size) * 8;
  // A pass may also end before it has seen all sources, and then names those that it has.
  const std::vector<std::string> names(run.states.size(), "hidden");
  return kFixed + io::hdf5_texts_bound(names) + io::hdf5_array_bound(run.states.size(), 8) +
         io::hdf5_array_bound(run.time_steps.size(), 8) + io::hdf5_array_bound(1, 8) +
         io::hdf5_array_bound(run.text.size(), 8) +
         io::hdf5_array_bound(static_cast<std::uint64_t>(run.rows), basis_row);
}

}  // namespace stategrad::sinks
