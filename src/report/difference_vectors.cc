// SPDX-License-Identifier: MIT
#include "report/difference_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "analysis/matrix.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

/// Classes that a message names at most.
constexpr std::size_t kMostNamed = 12;

bool is_class(std::span<const std::string> classes, const std::string& name) {
  return name == kAllWords || std::find(classes.begin(), classes.end(), name) != classes.end();
}

bool is_file(const std::string& text) { return text.ends_with(".npy"); }

/// A-B or A,B; names of classes may have hyphens and commas themselves.
std::optional<DifferenceVector> classes_of(const std::string& text,
                                           std::span<const std::string> classes) {
  std::optional<DifferenceVector> found;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '-' && text[i] != ',') continue;
    const std::string first = text.substr(0, i);
    const std::string second = text.substr(i + 1);
    if (!is_class(classes, first) || !is_class(classes, second)) continue;
    if (found) {
      throw UsageError(fmt::format("--difference '{}': either '{}' and '{}' or '{}' and '{}'", text,
                                   found->first, found->second, first, second));
    }
    found = {first + "-" + second, first, second, "", {}};
  }
  if (found && found->first == found->second) {
    throw UsageError(fmt::format("--difference '{}': two different classes were expected", text));
  }
  return found;
}

[[noreturn]] void fail(const std::string& text, std::span<const std::string> classes) {
  std::vector<std::string> named(
      classes.begin(),
      classes.begin() + static_cast<std::ptrdiff_t>(std::min(classes.size(), kMostNamed)));
  if (classes.size() > kMostNamed) named.emplace_back("...");
  throw UsageError(fmt::format(
      "--difference '{}': give a file FILE.npy or two classes A-B or A,B; {}", text,
      classes.empty() ? "there are no classes but 'all'"
                      : fmt::format("classes are 'all', '{}'", fmt::join(named, "', '"))));
}

DifferenceVector read(const std::string& text, std::span<const std::string> classes, int size) {
  if (auto found = classes_of(text, classes)) return *found;
  std::string name;
  std::string rest = text;
  const std::size_t sign = text.find('=');
  if (sign != std::string::npos && !(is_file(text) && std::filesystem::exists(text))) {
    name = text.substr(0, sign);
    rest = text.substr(sign + 1);
    if (name.empty()) {
      throw UsageError(fmt::format("--difference '{}': a name was expected before '='", text));
    }
  }
  std::optional<DifferenceVector> found = classes_of(rest, classes);
  if (!found && !is_file(rest)) fail(text, classes);
  if (!found) {
    found = {std::filesystem::path(rest).stem().string(), "", "", rest,
             analysis::read_vector(rest, size)};
  }
  if (!name.empty()) found->name = name;
  return *found;
}

/// The mean embedding of a class.
std::vector<double> mean_of(const sinks::ClassStatisticsReader& reader, const std::string& name) {
  const sinks::ClassStatistics& head = reader.head();
  const auto E = static_cast<std::size_t>(head.run.architecture.embedding_size);
  std::vector<double> sum(E);
  std::int64_t count = 0;
  const auto at = std::find(head.classes.names.begin(), head.classes.names.end(), name);
  const auto index = static_cast<int>(at - head.classes.names.begin());
  for (std::size_t s = 0; s < head.classes.signatures.size(); ++s) {
    const std::vector<int>& members = head.classes.signatures[s];
    if (name != kAllWords && !std::binary_search(members.begin(), members.end(), index)) continue;
    count += reader.count_sources(static_cast<int>(s));
    for (std::size_t e = 0; e < E; ++e) sum[e] += head.embedding_sum[s * E + e];
  }
  if (count == 0) {
    throw UsageError(fmt::format("--difference: there are no words of the class '{}'", name));
  }
  for (double& value : sum) value /= static_cast<double>(count);
  return sum;
}

}  // namespace

std::vector<DifferenceVector> find_differences(std::span<const std::string> texts,
                                               std::span<const std::string> classes, int size) {
  std::vector<DifferenceVector> differences;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    differences.push_back(read(text, classes, size));
    if (!names.insert(differences.back().name).second) {
      throw UsageError(
          fmt::format("--difference '{}': there is another one of the name '{}', give NAME={}",
                      text, differences.back().name, text));
    }
  }
  return differences;
}

void complete_differences(const sinks::ClassStatisticsReader& reader,
                          std::vector<DifferenceVector>& differences) {
  for (DifferenceVector& difference : differences) {
    if (!difference.file.empty()) continue;
    difference.vector = mean_of(reader, difference.first);
    const std::vector<double> second = mean_of(reader, difference.second);
    std::transform(difference.vector.begin(), difference.vector.end(), second.begin(),
                   difference.vector.begin(), std::minus());
  }
}

std::vector<std::size_t> differences_of(std::span<const DifferenceVector> differences,
                                        const std::string& class_name) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (class_name == kAllWords || differences[i].first == class_name ||
        differences[i].second == class_name) {
      found.push_back(i);
    }
  }
  return found;
}

}  // namespace stategrad::report
