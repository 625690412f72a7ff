// SPDX-License-Identifier: MIT
#include "base/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

using nlohmann::json;

/// A value for a message, shortened.
std::string shown(const json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

}  // namespace

json parse_json(const std::string& file, std::string_view text) {
  const json::parser_callback_t check_depth = [&](int depth, json::parse_event_t, json&) {
    if (depth > kDeepestJson) {
      throw DataError(file, "",
                      fmt::format("values within values to more than {} levels", kDeepestJson));
    }
    return true;
  };
  try {
    return json::parse(text, check_depth);
  } catch (const json::parse_error& error) {
    throw DataError(file, fmt::format("offset {}", error.byte == 0 ? 0 : error.byte - 1),
                    "not valid JSON: the file is truncated or was altered");
  } catch (const json::out_of_range&) {
    throw DataError(file, "", "a number that is too large");
  }
}

JsonFields::JsonFields(const json& value, std::string file, std::string path)
    : value_(&value), file_(std::move(file)), path_(std::move(path)) {
  if (!value.is_object()) {
    throw DataError(file_, path_, fmt::format("{} where an object was expected", shown(value)));
  }
}

std::string JsonFields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void JsonFields::fail(std::string_view name, const std::string& message) const {
  throw DataError(file_, path_of(name), message);
}

void JsonFields::allow_only(std::span<const std::string> names) const {
  for (const auto& [name, value] : value_->items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      fail(name, "no such field" + did_you_mean(name, names));
    }
  }
}

const json& JsonFields::field(const char* name) const {
  const auto found = value_->find(name);
  if (found == value_->end()) fail(name, "this field is missing");
  return *found;
}

JsonFields JsonFields::object(const char* name) const {
  return {field(name), file_, path_of(name)};
}

const std::string& JsonFields::text(const char* name) const {
  const json& value = field(name);
  if (!value.is_string()) fail(name, fmt::format("{} where a text was expected", shown(value)));
  return value.get_ref<const std::string&>();
}

bool JsonFields::boolean(const char* name) const {
  const json& value = field(name);
  if (!value.is_boolean()) {
    fail(name, fmt::format("{} where true or false was expected", shown(value)));
  }
  return value.get<bool>();
}

std::int64_t JsonFields::integer(const char* name, std::int64_t low, std::int64_t high) const {
  const json& value = field(name);
  // nlohmann keeps positive numbers as unsigned: beyond the signed range they would wrap around.
  const bool too_large = value.is_number_unsigned() &&
                         value.get<std::uint64_t>() >
                             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer() || too_large || value.get<std::int64_t>() < low ||
      value.get<std::int64_t>() > high) {
    fail(name,
         fmt::format("{} where an integer from {} to {} was expected", shown(value), low, high));
  }
  return value.get<std::int64_t>();
}

std::uint64_t JsonFields::unsigned_integer(const char* name) const {
  const json& value = field(name);
  if (!value.is_number_unsigned()) {
    fail(name, fmt::format("{} where an integer from 0 was expected", shown(value)));
  }
  return value.get<std::uint64_t>();
}

std::optional<double> JsonFields::positive_or_none(const char* name) const {
  const auto found = value_->find(name);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  if (!found->is_number() || !std::isfinite(found->get<double>()) || found->get<double>() <= 0) {
    fail(name, fmt::format("{} where a number above 0 was expected", shown(*found)));
  }
  return found->get<double>();
}

}  // namespace stategrad
