// SPDX-License-Identifier: MIT
#include "sinks/class_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "sinks/checked_arrays.h"
#include "sinks/gate_logs_h5.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr FileKind kPartKind = {"stategrad statistics part", 1};
/// Files of more numbers are built on the disk rather than in memory.
constexpr double kMostInMemory = 32e6;
constexpr std::int64_t kMostBlocks = 1 << 24;

std::int64_t length(const auto& values) { return static_cast<std::int64_t>(values.size()); }

io::Hdf5Storage storage_for(const ClassStatistics& statistics) {
  const RunDescription& run = statistics.run;
  const double blocks = statistics.part < 0 ? statistics.blocks : 1;
  const double numbers = blocks * run.max_delay * run.rows * run.architecture.size *
                         static_cast<double>(run.states.size()) *
                         static_cast<double>(statistics.classes.signatures.size() + 1);
  return numbers < kMostInMemory ? io::Hdf5Storage::kMemory : io::Hdf5Storage::kDisk;
}

io::Shape shape_of(const RunDescription& run, int blocks, bool matrices) {
  if (!matrices) return {run.max_delay, blocks};
  return {run.max_delay, blocks, run.architecture.size, run.rows};
}

std::string signature_group(const StateOfLayer& state, int signature) {
  return fmt::format("{}/signature_{}", group_of(state), signature);
}

template <class T>
void add_to(std::vector<T>& to, const std::vector<T>& from) {
  std::transform(from.begin(), from.end(), to.begin(), to.begin(), std::plus<T>());
}

}  // namespace

std::vector<int> signatures_of(const ClassScheme& classes, int class_index) {
  std::vector<int> found;
  for (std::size_t s = 0; s < classes.signatures.size(); ++s) {
    const auto& members = classes.signatures[s];
    if (std::binary_search(members.begin(), members.end(), class_index)) {
      found.push_back(static_cast<int>(s));
    }
  }
  return found;
}

std::vector<bool> members_of(const ClassScheme& classes, int class_index) {
  std::vector<bool> members(classes.signatures.size());
  for (const int s : signatures_of(classes, class_index)) {
    members[static_cast<std::size_t>(s)] = true;
  }
  return members;
}

UsedSumsShape used_shape(const ClassStatistics& statistics) {
  return {.signatures = static_cast<int>(statistics.classes.signatures.size()),
          .delays = statistics.run.max_delay,
          .blocks = statistics.part < 0 ? statistics.blocks : 1,
          .rows = statistics.run.rows};
}

GradientSums::GradientSums(const RunDescription& run, int blocks) {
  const auto cells = static_cast<std::size_t>(run.max_delay) * static_cast<std::size_t>(blocks);
  count.resize(cells);
  norm.resize(cells);
  squared_norm.resize(cells);
  sum = Buffer<double>(size_of(shape_of(run, blocks, true)));
}

GradientSums& GradientSums::operator+=(const GradientSums& other) {
  if (other.sum.size() != sum.size()) throw InternalError("sums of different sizes");
  add_to(count, other.count);
  add_to(norm, other.norm);
  add_to(squared_norm, other.squared_norm);
  std::transform(other.sum.begin(), other.sum.end(), sum.begin(), sum.begin(), std::plus<double>());
  return *this;
}

ClassStatisticsWriter::ClassStatisticsWriter(const std::filesystem::path& file,
                                             const ClassStatistics& statistics)
    : statistics_(&statistics), out_(file, storage_for(statistics)) {
  const RunDescription& run = statistics.run;
  const bool part = statistics.part >= 0;
  write_head(out_, part ? kPartKind : kStatisticsKind, run);
  out_.set_attribute("/", "blocks", statistics.blocks);
  if (part) out_.set_attribute("/", "part", statistics.part);
  const ClassScheme& classes = statistics.classes;
  if (!classes.names.empty()) {
    out_.write_texts("/classes/names", classes.names);
    out_.write_texts("/classes/groups", classes.groups);
    std::vector<std::int32_t> contains(classes.signatures.size() * classes.names.size());
    for (std::size_t s = 0; s < classes.signatures.size(); ++s) {
      for (const int c : classes.signatures[s]) {
        contains[s * classes.names.size() + static_cast<std::size_t>(c)] = 1;
      }
    }
    out_.write<std::int32_t>("/classes/signatures",
                             {length(classes.signatures), length(classes.names)}, contains);
  }
  out_.write<std::int32_t>("/words/ids", {length(statistics.words)}, statistics.words);
  out_.write<std::int64_t>("/sample/positions", {length(statistics.positions)},
                           statistics.positions);
  out_.write<std::int32_t>("/sample/signatures", {length(statistics.positions)},
                           statistics.position_signatures);
  const io::Shape by_word = {length(statistics.words), run.max_delay};
  const io::Shape by_position = {length(statistics.positions), run.max_delay};
  for (std::size_t i = 0; i < run.states.size(); ++i) {
    const std::string group = group_of(run.states[i]);
    const WordSums& words = statistics.word_sums[i];
    out_.write<std::int64_t>(group + "/words/count", by_word, words.count);
    out_.write<double>(group + "/words/norm", by_word, words.norm);
    out_.write<double>(group + "/words/squared_norm", by_word, words.squared_norm);
    out_.write<double>(group + "/sample/norm", by_position, statistics.samples[i].norm);
    out_.write<double>(group + "/sample/leading", by_position, statistics.samples[i].leading);
  }
  if (part) return;
  out_.write<double>("/model/embedding",
                     {run.architecture.vocab_size, run.architecture.embedding_size},
                     statistics.embedding);
  out_.write_texts("/model/words", statistics.vocabulary);
  out_.write<double>("/classes/embedding_sum",
                     {length(classes.signatures), run.architecture.embedding_size},
                     statistics.embedding_sum);
  write_sentences(out_, run.states, statistics.sentences);
  if (statistics.gates) write_gate_logs(out_, *statistics.gates);
  if (statistics.validity) write_validity(out_, run, *statistics.validity);
}

void ClassStatisticsWriter::write_sums(const std::string& group, const GradientSums& sums) {
  const int blocks = statistics_->part < 0 ? statistics_->blocks : 1;
  const io::Shape sizes = shape_of(statistics_->run, blocks, false);
  out_.write<std::int64_t>(group + "/count", sizes, sums.count);
  out_.write<double>(group + "/norm", sizes, sums.norm);
  out_.write<double>(group + "/squared_norm", sizes, sums.squared_norm);
  out_.write<double>(group + "/sum", shape_of(statistics_->run, blocks, true), sums.sum);
}

void ClassStatisticsWriter::write_signature(std::size_t state, int signature,
                                            const GradientSums& sums) {
  write_sums(signature_group(statistics_->run.states[state], signature), sums);
}

void ClassStatisticsWriter::write_totals(std::size_t state, const GradientSums& sums) {
  write_sums(group_of(statistics_->run.states[state]), sums);
}

void ClassStatisticsWriter::write_used(const UsedSums& sums) {
  const auto& [signatures, delays, blocks, rows] = sums.shape;
  const io::Shape sizes = {signatures, delays, blocks};
  out_.write<std::int64_t>("/used/count", sizes, sums.count);
  out_.write<double>("/used/norm", sizes, sums.norm);
  out_.write<double>("/used/squared_norm", sizes, sums.squared_norm);
  out_.write<double>("/used/sum", {signatures, delays, blocks, rows}, sums.sum);
}

void ClassStatisticsWriter::commit() {
  write_complete(out_);
  out_.commit();
}

ClassStatisticsReader::ClassStatisticsReader(std::filesystem::path file, bool part)
    : file_(std::move(file)), in_(file_) {
  check_head(in_, file_, part ? kPartKind : kStatisticsKind);
  if (!in_.has_attribute("/", "blocks") || !in_.contains("/words/ids")) {
    throw DataError(file_.string(), "/words/ids",
                    "missing: the file has no sums by word, stategrad analyze writes them");
  }
  head_.run = read_run(in_, file_);
  const std::int64_t blocks = in_.integer_attribute("/", "blocks");
  if (blocks < 1 || blocks > kMostBlocks) {
    throw DataError(file_.string(), "/", fmt::format("blocks is {}", blocks));
  }
  head_.blocks = static_cast<int>(blocks);
  if (part) {
    const std::int64_t number = in_.integer_attribute("/", "part");
    if (number < 0 || number >= blocks) {
      throw DataError(file_.string(), "/", fmt::format("part is {} of {} blocks", number, blocks));
    }
    head_.part = static_cast<int>(number);
  }
  head_.used = in_.contains("/used/count");
  read_classes();
  read_words();
  read_sample();
  if (part) return;
  read_model();
  head_.sentences = read_sentences(in_, file_, head_.run);
}

void ClassStatisticsReader::read_classes() {
  if (!in_.contains("/classes/names")) {
    head_.classes.signatures = {{}};
    return;
  }
  ClassScheme& classes = head_.classes;
  classes.names = in_.read_texts("/classes/names");
  classes.groups = in_.read_texts("/classes/groups");
  const io::Shape shape = in_.shape("/classes/signatures");
  if (classes.names.empty() || classes.groups.size() != classes.names.size() || shape.size() != 2 ||
      shape[0] < 1 || shape[1] != length(classes.names)) {
    throw DataError(file_.string(), "/classes/signatures",
                    "not of the shape [signatures, classes], or names and groups do not fit");
  }
  const auto contains =
      CheckedArrays(in_, file_).read_sizes<std::int32_t>("/classes/signatures", shape);
  classes.signatures.resize(static_cast<std::size_t>(shape[0]));
  for (std::size_t i = 0; i < contains.size(); ++i) {
    if (contains[i] == 0) continue;
    classes.signatures[i / classes.names.size()].push_back(
        static_cast<int>(i % classes.names.size()));
  }
}

void ClassStatisticsReader::read_words() {
  const CheckedArrays arrays(in_, file_);
  head_.words = arrays.read_rising<WordId>("/words/ids", head_.run.architecture.vocab_size);
  const io::Shape shape = {length(head_.words), head_.run.max_delay};
  for (const StateOfLayer& state : head_.run.states) {
    const std::string group = group_of(state) + "/words/";
    head_.word_sums.push_back({arrays.read_counts(group + "count", shape, head_.run.words),
                               arrays.read_sizes<double>(group + "norm", shape),
                               arrays.read_sizes<double>(group + "squared_norm", shape)});
  }
}

void ClassStatisticsReader::read_sample() {
  const CheckedArrays arrays(in_, file_);
  head_.positions = arrays.read_rising<std::int64_t>("/sample/positions", head_.run.words);
  head_.position_signatures =
      arrays.read_below<std::int32_t>("/sample/signatures", {length(head_.positions)},
                                      length(head_.classes.signatures), "signature");
  const io::Shape shape = {length(head_.positions), head_.run.max_delay};
  for (const StateOfLayer& state : head_.run.states) {
    const std::string group = group_of(state) + "/sample/";
    head_.samples.push_back({arrays.read_sizes<double>(group + "norm", shape),
                             arrays.read_sizes<double>(group + "leading", shape)});
  }
}

void ClassStatisticsReader::read_model() {
  const Architecture& shape = head_.run.architecture;
  const io::Shape sizes = {shape.vocab_size, shape.embedding_size};
  const CheckedArrays arrays(in_, file_);
  arrays.check("/model/embedding", sizes);
  head_.embedding.resize(size_of(sizes));
  arrays.read<double>("/model/embedding", sizes, head_.embedding);
  const io::Shape sums = {length(head_.classes.signatures), shape.embedding_size};
  arrays.check("/classes/embedding_sum", sums);
  head_.embedding_sum.resize(size_of(sums));
  arrays.read<double>("/classes/embedding_sum", sums, head_.embedding_sum);
  head_.vocabulary = in_.read_texts("/model/words");
  if (length(head_.vocabulary) != shape.vocab_size) {
    throw DataError(
        file_.string(), "/model/words",
        fmt::format("{} words where {} were expected", head_.vocabulary.size(), shape.vocab_size));
  }
  head_.gates = read_gate_logs(in_, file_, shape, head_.blocks);
  head_.validity = read_validity(in_, file_, head_.run, length(head_.classes.signatures));
}

GradientSums ClassStatisticsReader::read_sums(const std::string& group) const {
  const CheckedArrays arrays(in_, file_);
  const int blocks = blocks_stored();
  const io::Shape sizes = shape_of(head_.run, blocks, false);
  GradientSums sums;
  sums.count = arrays.read_counts(group + "/count", sizes, head_.run.words);
  sums.norm = arrays.read_sizes<double>(group + "/norm", sizes);
  sums.squared_norm = arrays.read_sizes<double>(group + "/squared_norm", sizes);
  sums.sum = arrays.read_matrices(group + "/sum", shape_of(head_.run, blocks, true));
  return sums;
}

UsedSums ClassStatisticsReader::read_used() const {
  if (!head_.used) throw InternalError("no sums of used gradients");
  const CheckedArrays arrays(in_, file_);
  const UsedSumsShape shape = used_shape(head_);
  const io::Shape sizes = {shape.signatures, shape.delays, shape.blocks};
  const io::Shape vectors = {shape.signatures, shape.delays, shape.blocks, shape.rows};
  arrays.check("/used/sum", vectors);
  UsedSums sums(shape);
  sums.count = arrays.read_counts("/used/count", sizes, head_.run.words);
  sums.norm = arrays.read_sizes<double>("/used/norm", sizes);
  sums.squared_norm = arrays.read_sizes<double>("/used/squared_norm", sizes);
  arrays.read<double>("/used/sum", vectors, sums.sum);
  return sums;
}

GradientSums ClassStatisticsReader::read_signature(std::size_t state, int signature) const {
  if (head_.part < 0 && head_.classes.signatures.size() == 1) return read_totals(state);
  return read_sums(signature_group(head_.run.states[state], signature));
}

std::int64_t ClassStatisticsReader::count_sources(int signature) const {
  const StateOfLayer& state = head_.run.states.front();
  const bool only = head_.part < 0 && head_.classes.signatures.size() == 1;
  const std::string group = only ? group_of(state) : signature_group(state, signature);
  const int blocks = blocks_stored();
  // At delay 0 every source has a state gradient.
  const auto counts =
      CheckedArrays(in_, file_)
          .read_counts(group + "/count", shape_of(head_.run, blocks, false), head_.run.words);
  return std::accumulate(counts.begin(), counts.begin() + blocks, std::int64_t{0});
}

GradientSums ClassStatisticsReader::read_totals(std::size_t state) const {
  return read_sums(group_of(head_.run.states[state]));
}

GradientSums ClassStatisticsReader::read_class(std::size_t state, int class_index) const {
  GradientSums total(head_.run, blocks_stored());
  for (const int signature : signatures_of(head_.classes, class_index)) {
    total += read_signature(state, signature);
  }
  return total;
}

}  // namespace stategrad::sinks
