// SPDX-License-Identifier: MIT
#include "sinks/sentence_norms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sinks/checked_arrays.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kFirst = "/sentences/first";
constexpr const char* kLength = "/sentences/length";
constexpr const char* kWords = "/sentences/words";

std::string norms_of(const StateOfLayer& state) { return group_of(state) + "/sentences/norm"; }

/// [M + 1] where the norms of each sentence begin, and their number.
std::vector<std::int64_t> places(const std::vector<Sentence>& sentences, int max_delay) {
  std::vector<std::int64_t> begin = {0};
  for (const Sentence& sentence : sentences) {
    begin.push_back(begin.back() + sentence_cells(std::ssize(sentence.words), max_delay));
  }
  return begin;
}

void append(const SentenceNorms& from, std::size_t index, const std::vector<std::int64_t>& begin,
            SentenceNorms& to) {
  to.sentences.push_back(from.sentences[index]);
  for (std::size_t state = 0; state < from.norms.size(); ++state) {
    const auto start = from.norms[state].begin();
    to.norms[state].insert(to.norms[state].end(), start + begin[index], start + begin[index + 1]);
  }
}

/// @throws DataError unless sentences lie in the text, rising and apart, then typed ones
void check_order(const SentenceNorms& found, const RunDescription& run, const std::string& file) {
  std::int64_t next = 0;
  bool typed = false;
  for (const Sentence& sentence : found.sentences) {
    if (sentence.first == kTyped) {
      typed = true;
      continue;
    }
    const std::int64_t words = std::ssize(sentence.words);
    if (typed || sentence.first < next || sentence.first > run.words - words) {
      throw DataError(file, kFirst,
                      fmt::format("a sentence at {}: sentences lie in the text one after the other",
                                  sentence.first));
    }
    next = sentence.first + words;
  }
}

}  // namespace

std::int64_t sentence_cells(std::int64_t words, int max_delay) {
  const std::int64_t rising = std::min<std::int64_t>(words, max_delay);
  return rising * (rising + 1) / 2 + (words - rising) * max_delay;
}

std::size_t sentence_cell(std::int64_t word, int delay, int max_delay) {
  return static_cast<std::size_t>(sentence_cells(word, max_delay) + delay);
}

SentenceNorms united(const SentenceNorms& a, const SentenceNorms& b, int max_delay) {
  SentenceNorms all{.of = std::max(a.of, b.of), .sentences = {}, .norms = {}};
  all.norms.resize(std::max(a.norms.size(), b.norms.size()));
  const auto begin_a = places(a.sentences, max_delay);
  const auto begin_b = places(b.sentences, max_delay);
  const auto typed_a = std::partition_point(a.sentences.begin(), a.sentences.end(),
                                            [](const Sentence& s) { return s.first != kTyped; });
  std::size_t i = 0;
  std::size_t j = 0;
  const auto of_text_a = static_cast<std::size_t>(typed_a - a.sentences.begin());
  for (; j < b.sentences.size() && b.sentences[j].first != kTyped; ++j) {
    const std::int64_t first = b.sentences[j].first;
    while (i < of_text_a && a.sentences[i].first < first) append(a, i++, begin_a, all);
    if (i < of_text_a && a.sentences[i].first == first) continue;
    append(b, j, begin_b, all);
  }
  while (i < a.sentences.size()) append(a, i++, begin_a, all);
  for (; j < b.sentences.size(); ++j) {
    if (std::find(typed_a, a.sentences.end(), b.sentences[j]) == a.sentences.end()) {
      append(b, j, begin_b, all);
    }
  }
  return all;
}

SentenceSink::SentenceSink(SentenceNorms& out, GradientSink* inner) : out_(out), inner_(inner) {}

void SentenceSink::begin(const GradientRun& run) {
  max_delay_ = run.max_delay;
  before_ = places(out_.sentences, max_delay_);
  out_.norms.assign(run.states.size(),
                    std::vector<double>(static_cast<std::size_t>(before_.back())));
  if (inner_ != nullptr) inner_->begin(run);
}

std::int64_t SentenceSink::place_of(const BlockKey& key) const {
  const auto behind = std::upper_bound(
      out_.sentences.begin(), out_.sentences.end(), key.position,
      [](std::int64_t position, const Sentence& sentence) { return position < sentence.first; });
  if (behind == out_.sentences.begin()) return -1;
  const auto index = behind - 1 - out_.sentences.begin();
  const Sentence& sentence = out_.sentences[static_cast<std::size_t>(index)];
  const std::int64_t word = key.position - sentence.first;
  if (word >= std::ssize(sentence.words) || key.delay > word) return -1;
  return before_[static_cast<std::size_t>(index)] +
         static_cast<std::int64_t>(sentence_cell(word, key.delay, max_delay_));
}

double* SentenceSink::accumulator(const BlockKey& key) {
  return inner_ == nullptr ? nullptr : inner_->accumulator(key);
}

bool SentenceSink::wants(const BlockKey& key) const {
  return (inner_ != nullptr && inner_->wants(key)) || place_of(key) >= 0;
}

bool SentenceSink::reads_values(const BlockKey& key) const {
  return inner_ != nullptr && inner_->wants(key) && inner_->reads_values(key);
}

void SentenceSink::push(const GradientBlock& block) {
  if (inner_ != nullptr && inner_->wants(block.key)) inner_->push(block);
  const std::int64_t place = place_of(block.key);
  if (place < 0) return;
  // Squares until finish(): a block may come in parts.
  out_.norms[static_cast<std::size_t>(block.key.state_index)][static_cast<std::size_t>(place)] +=
      block.squared_norm;
}

bool SentenceSink::takes_parts() const { return inner_ == nullptr || inner_->takes_parts(); }

void SentenceSink::end_position(std::int64_t position) {
  if (inner_ != nullptr) inner_->end_position(position);
}

void SentenceSink::finish() {
  for (std::vector<double>& norms : out_.norms) {
    for (double& norm : norms) norm = std::sqrt(norm);
  }
  if (inner_ != nullptr) inner_->finish();
}

void write_sentences(io::Hdf5Writer& out, const std::vector<StateOfLayer>& states,
                     const SentenceNorms& sentences) {
  const std::int64_t count = std::ssize(sentences.sentences);
  if (count == 0) return;
  std::vector<std::int64_t> first;
  std::vector<std::int32_t> length;
  std::vector<WordId> words;
  for (const Sentence& sentence : sentences.sentences) {
    first.push_back(sentence.first);
    length.push_back(static_cast<std::int32_t>(sentence.words.size()));
    words.insert(words.end(), sentence.words.begin(), sentence.words.end());
  }
  out.write<std::int64_t>(kFirst, {count}, first);
  out.write<std::int32_t>(kLength, {count}, length);
  out.write<WordId>(kWords, {std::ssize(words)}, words);
  out.set_attribute("/sentences", "of", sentences.of);
  for (std::size_t state = 0; state < states.size(); ++state) {
    const std::vector<double>& norms = sentences.norms[state];
    out.write<double>(norms_of(states[state]), {std::ssize(norms)}, norms);
  }
}

SentenceNorms read_sentences(const io::Hdf5Reader& in, const std::filesystem::path& file,
                             const RunDescription& run) {
  SentenceNorms found;
  if (!in.contains(kFirst)) return found;
  const CheckedArrays arrays(in, file);
  const io::Shape count = in.shape(kFirst);
  if (count.size() != 1) throw DataError(file.string(), kFirst, "a list was expected");
  const auto length = arrays.read_sizes<std::int32_t>(kLength, count);
  const std::int64_t total = std::accumulate(length.begin(), length.end(), std::int64_t{0});
  const auto words =
      arrays.read_below<WordId>(kWords, {total}, run.architecture.vocab_size, "word");
  arrays.check(kFirst, count);
  std::vector<std::int64_t> first(length.size());
  arrays.read<std::int64_t>(kFirst, count, first);
  auto next = words.begin();
  for (std::size_t i = 0; i < length.size(); ++i) {
    if (length[i] == 0) throw DataError(file.string(), kLength, "a sentence of no words");
    found.sentences.push_back({.first = first[i], .words = {next, next + length[i]}});
    next += length[i];
  }
  check_order(found, run, file.string());
  found.of = in.integer_attribute("/sentences", "of");
  const auto of_text = std::count_if(found.sentences.begin(), found.sentences.end(),
                                     [](const Sentence& s) { return s.first != kTyped; });
  if (found.of < of_text) {
    throw DataError(file.string(), "/sentences",
                    fmt::format("of = {}, for {} sentences of the text: the file was altered",
                                found.of, of_text));
  }
  const std::int64_t cells = places(found.sentences, run.max_delay).back();
  for (const StateOfLayer& state : run.states) {
    found.norms.push_back(arrays.read_sizes<double>(norms_of(state), {cells}));
  }
  return found;
}

}  // namespace stategrad::sinks
