// SPDX-License-Identifier: MIT
#include "sinks/validity_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "sinks/checked_arrays.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kGroup = "/validity";
constexpr const char* kAsked = "samples";
/// Cosines may be so far beyond 1 by rounding.
constexpr double kRounding = 1e-9;

std::int64_t length(const auto& values) { return static_cast<std::int64_t>(values.size()); }

std::string array_of(std::string_view name) { return fmt::format("{}/{}", kGroup, name); }

std::string group_of_values(const StateOfLayer& state) { return kGroup + group_of(state); }

/// The arrays of one state.
class ValueReader {
 public:
  ValueReader(const io::Hdf5Reader& in, const std::filesystem::path& file, io::Shape shape)
      : in_(in), file_(file), shape_(std::move(shape)) {}

  [[nodiscard]] ValidityValues read(const StateOfLayer& state) const {
    constexpr double kLargest = std::numeric_limits<double>::max();
    const std::string group = group_of_values(state);
    ValidityValues values;
    values.ratio = read_array(group + "/ratio", 0, kLargest);
    values.cosine = read_array(group + "/cosine", -1 - kRounding, 1 + kRounding);
    values.error = read_array(group + "/error", 0, kLargest);
    for (std::size_t i = 0; i < values.ratio.size(); ++i) {
      const bool compared = !std::isnan(values.ratio[i]);
      if (compared == std::isnan(values.cosine[i]) || compared == std::isnan(values.error[i])) {
        throw DataError(file_.string(), group,
                        fmt::format("value {} is a number in some arrays only: the file was "
                                    "altered",
                                    i));
      }
    }
    return values;
  }

 private:
  [[nodiscard]] std::vector<double> read_array(const std::string& path, double low,
                                               double high) const {
    CheckedArrays(in_, file_).check(path, shape_);
    std::vector<double> values(size_of(shape_));
    in_.read<double>(path, shape_, values);
    const auto bad = std::find_if(values.begin(), values.end(),
                                  [&](double value) { return value < low || value > high; });
    if (bad != values.end()) {
      throw DataError(
          file_.string(), path,
          fmt::format("value {} is {}: the file was altered", bad - values.begin(), *bad));
    }
    return values;
  }

  const io::Hdf5Reader& in_;
  const std::filesystem::path& file_;
  io::Shape shape_;
};

}  // namespace

void write_validity(io::Hdf5Writer& out, const RunDescription& run,
                    const ValidityStatistics& validity) {
  const auto& replacements = validity.sample.replacements;
  std::vector<std::int64_t> positions;
  std::vector<WordId> words;
  for (const Replacement& replacement : replacements) {
    positions.push_back(replacement.position);
    words.push_back(replacement.word);
  }
  const std::int64_t samples = length(replacements);
  out.write<std::int64_t>(array_of("positions"), {samples}, positions);
  out.write<std::int32_t>(array_of("words"), {samples}, words);
  out.write<std::int32_t>(array_of("signatures"), {samples}, validity.signatures);
  out.write<std::int64_t>(array_of("left_out"), {length(validity.sample.left_out)},
                          validity.sample.left_out);
  const io::Shape shape = {samples, run.max_delay};
  for (std::size_t i = 0; i < run.states.size(); ++i) {
    const std::string group = group_of_values(run.states[i]);
    out.write<double>(group + "/ratio", shape, validity.states[i].ratio);
    out.write<double>(group + "/cosine", shape, validity.states[i].cosine);
    out.write<double>(group + "/error", shape, validity.states[i].error);
  }
  out.set_attribute(kGroup, kAsked, validity.asked);
}

std::optional<ValidityStatistics> read_validity(const io::Hdf5Reader& in,
                                                const std::filesystem::path& file,
                                                const RunDescription& run,
                                                std::int64_t signatures) {
  if (!in.contains(array_of("positions"))) return std::nullopt;
  ValidityStatistics validity;
  const CheckedArrays arrays(in, file);
  const auto positions = arrays.read_rising<std::int64_t>(array_of("positions"), words_read(run));
  validity.sample.left_out =
      arrays.read_rising<std::int64_t>(array_of("left_out"), words_read(run));
  const std::int64_t samples = length(positions);
  const auto words = arrays.read_below<std::int32_t>(array_of("words"), {samples},
                                                     run.architecture.vocab_size, "number");
  validity.signatures =
      arrays.read_below<std::int32_t>(array_of("signatures"), {samples}, signatures, "number");
  validity.asked = in.integer_attribute(kGroup, kAsked);
  if (validity.asked < samples) {
    throw DataError(file.string(), kGroup,
                    fmt::format("{} = {}, for {} replaced words: the file was altered", kAsked,
                                validity.asked, samples));
  }
  for (std::size_t i = 0; i < positions.size(); ++i) {
    validity.sample.replacements.push_back({positions[i], words[i]});
  }
  const ValueReader values(in, file, {samples, run.max_delay});
  for (const StateOfLayer& state : run.states) validity.states.push_back(values.read(state));
  return validity;
}

ValidityStatistics united(std::span<const ValidityStatistics* const> pieces, int delays) {
  struct Row {
    const ValidityStatistics* piece;
    std::size_t index;
    [[nodiscard]] const Replacement& replacement() const {
      return piece->sample.replacements[index];
    }
  };
  std::vector<Row> rows;
  ValidityStatistics all;
  all.asked = pieces.front()->asked;
  for (const ValidityStatistics* piece : pieces) {
    for (std::size_t i = 0; i < piece->signatures.size(); ++i) rows.push_back({piece, i});
    all.sample.left_out.insert(all.sample.left_out.end(), piece->sample.left_out.begin(),
                               piece->sample.left_out.end());
  }
  std::sort(all.sample.left_out.begin(), all.sample.left_out.end());
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.replacement().position < b.replacement().position;
  });
  for (const Row& row : rows) {
    all.sample.replacements.push_back(row.replacement());
    all.signatures.push_back(row.piece->signatures[row.index]);
  }
  all.states.resize(pieces.front()->states.size());
  for (std::size_t state = 0; state < all.states.size(); ++state) {
    for (const auto member :
         {&ValidityValues::ratio, &ValidityValues::cosine, &ValidityValues::error}) {
      for (const Row& row : rows) {
        const auto first = (row.piece->states[state].*member).begin() +
                           static_cast<std::ptrdiff_t>(row.index) * delays;
        auto& to = all.states[state].*member;
        to.insert(to.end(), first, first + delays);
      }
    }
  }
  return all;
}

}  // namespace stategrad::sinks
