// SPDX-License-Identifier: MIT
#include "text/class_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json_fields.h"
#include "base/text_format.h"
#include "stategrad/errors.h"
#include "text/decoder.h"

namespace stategrad::text {
namespace {

using nlohmann::json;

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kMostBins = 1000;
constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();

std::string read_whole(const std::filesystem::path& file) {
  Decoder decoder(file, "utf-8");
  std::string text;
  for (std::string_view piece = decoder.next(); !piece.empty(); piece = decoder.next()) {
    text += piece;
  }
  return text;
}

/// JSON that people write: errors name the line, and a field that stands twice is one.
json parse(const std::string& file, const std::string& text) {
  std::vector<std::set<std::string>> names;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepestJson) throw DataError(file, "", "values within values to too many levels");
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key && !names.back().insert(parsed).second) {
      throw DataError(file, "", fmt::format("the field {} stands twice", parsed.dump()));
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
    throw DataError(file, fmt::format("line {}", line),
                    at == text.size() ? "the JSON ends too early" : "this is no JSON");
  } catch (const json::out_of_range&) {
    throw DataError(file, "", "a number that is too large");
  }
}

/// Reads one definition.
class Definition {
 public:
  Definition(const JsonFields& fields, std::filesystem::path folder)
      : fields_(fields), folder_(std::move(folder)) {}

  [[nodiscard]] ClassDefinition read() const {
    using Reader = ClassDefinition (Definition::*)() const;
    const std::vector<std::pair<std::string, Reader>> kinds = {
        {"tags", &Definition::lexicon},        {"token-tags", &Definition::token_tags},
        {"frequency", &Definition::frequency}, {"words", &Definition::words},
        {"position", &Definition::position},   {"regex", &Definition::patterns},
        {"cross", &Definition::crossed}};
    const std::string& kind = fields_.text("kind");
    std::vector<std::string> names;
    for (const auto& [name, reader] : kinds) {
      names.push_back(name);
      if (name != kind) continue;
      ClassDefinition definition = (this->*reader)();
      if (fields_.has("group")) definition.group = fields_.text("group");
      if (fields_.has("only_crossed")) definition.only_crossed = fields_.boolean("only_crossed");
      return definition;
    }
    fields_.fail("kind", fmt::format("'{}' is no kind of classes, the nearest one is '{}'", kind,
                                     closest(kind, names)));
  }

 private:
  /// The fields of this kind, beside those of every kind.
  void allow(std::vector<std::string> names) const {
    for (const char* name : {"kind", "group", "only_crossed"}) names.emplace_back(name);
    fields_.allow_only(names);
  }
  [[nodiscard]] std::filesystem::path path(const JsonFields& fields, const char* name) const {
    const std::string& text = fields.text(name);
    if (text.empty()) fields.fail(name, "a path was expected");
    return folder_ / text;
  }
  [[nodiscard]] std::vector<std::string> texts(const JsonFields& fields, const char* name) const {
    std::vector<std::string> list;
    if (!fields.has(name)) return list;
    for (const json& item : array(fields, name)) {
      if (!item.is_string()) fields.fail(name, "a list of texts was expected");
      list.push_back(item.get<std::string>());
    }
    return list;
  }
  [[nodiscard]] std::vector<std::int64_t> numbers(const char* name) const {
    std::vector<std::int64_t> list;
    for (const json& item : array(fields_, name)) {
      if (!item.is_number_integer() || item < 1 || item > kAnyCount) {
        fields_.fail(name, "a list of whole numbers above 0 was expected");
      }
      list.push_back(item.get<std::int64_t>());
    }
    return list;
  }
  [[nodiscard]] static const json& array(const JsonFields& fields, const char* name) {
    if (!fields.has(name)) fields.fail(name, "this field is missing");
    const json& value = fields.content().at(name);
    if (!value.is_array()) fields.fail(name, "a list was expected");
    return value;
  }
  [[nodiscard]] std::vector<WordClass> tag_classes() const {
    std::vector<WordClass> classes;
    if (!fields_.has("classes")) return classes;
    const JsonFields lists = fields_.object("classes");
    for (const auto& [name, tags] : lists.content().items()) {
      classes.push_back({name, texts(lists, name.c_str())});
    }
    return classes;
  }

  [[nodiscard]] ClassDefinition lexicon() const {
    allow({"file", "classes"});
    return {.what = LexiconTags{path(fields_, "file"), tag_classes()}};
  }
  [[nodiscard]] ClassDefinition token_tags() const {
    allow({"file", "column", "classes"});
    TokenTags tags{.file = path(fields_, "file"), .classes = tag_classes()};
    if (fields_.has("column")) {
      const std::string& column = fields_.text("column");
      if (column != "upos" && column != "xpos") {
        fields_.fail("column", fmt::format("'{}' where 'upos' or 'xpos' was expected", column));
      }
      if (column == "xpos") tags.column = TagColumn::kLanguage;
    }
    return {.what = std::move(tags)};
  }
  [[nodiscard]] ClassDefinition frequency() const {
    allow({"bins", "edges", "text", "names"});
    FrequencyBins frequency;
    if (fields_.has("edges")) {
      if (fields_.has("bins")) fields_.fail("edges", "give a number of bins or edges, not both");
      frequency.edges = numbers("edges");
      if (frequency.edges.empty()) fields_.fail("edges", "the list is empty");
    } else {
      frequency.bins = static_cast<int>(fields_.integer("bins", 1, kMostBins));
    }
    if (fields_.has("text")) frequency.text = path(fields_, "text");
    frequency.names = texts(fields_, "names");
    return {.what = std::move(frequency)};
  }
  [[nodiscard]] ClassDefinition words() const {
    allow({"lists"});
    WordLists words;
    const JsonFields lists = fields_.object("lists");
    for (const auto& [name, list] : lists.content().items()) {
      if (list.is_string()) {
        words.lists.push_back({.name = name, .file = path(lists, name.c_str())});
      } else {
        words.lists.push_back({.name = name, .words = texts(lists, name.c_str())});
      }
    }
    return {.what = std::move(words)};
  }
  [[nodiscard]] ClassDefinition position() const {
    allow({"edges"});
    return {.what = SentencePositions{numbers("edges")}};
  }
  [[nodiscard]] ClassDefinition patterns() const {
    allow({"patterns"});
    WordPatterns words;
    const JsonFields patterns = fields_.object("patterns");
    for (const auto& [name, pattern] : patterns.content().items()) {
      words.patterns.push_back({name, patterns.text(name.c_str())});
    }
    return {.what = std::move(words)};
  }
  [[nodiscard]] ClassDefinition crossed() const {
    allow({"groups", "min_count"});
    CrossedClasses crossed{.groups = texts(fields_, "groups")};
    if (fields_.has("min_count")) crossed.min_count = fields_.integer("min_count", 1, kAnyCount);
    return {.what = std::move(crossed)};
  }

  const JsonFields& fields_;
  std::filesystem::path folder_;
};

}  // namespace

ClassDefinitions read_class_file(const std::filesystem::path& file) {
  const json content = parse(file.string(), read_whole(file));
  const JsonFields fields(content, file.string(), "");
  fields.allow_only(std::vector<std::string>{"version", "classes"});
  if (fields.has("version")) (void)fields.integer("version", kVersion, kVersion);
  if (!fields.has("classes") || !content["classes"].is_array() || content["classes"].empty()) {
    fields.fail("classes", "a list of definitions was expected");
  }
  ClassDefinitions definitions;
  for (const json& item : content["classes"]) {
    const JsonFields one(item, file.string(), fmt::format("classes[{}]", definitions.size()));
    definitions.push_back(Definition(one, file.parent_path()).read());
  }
  try {
    check(definitions);
  } catch (const UsageError& error) {
    throw DataError(file.string(), "", error.what());
  }
  return definitions;
}

}  // namespace stategrad::text
