// SPDX-License-Identifier: MIT
#include "report/page.h"

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "report/page_template.h"

namespace stategrad::report {
namespace {

/// Keys of summary.json that no section of web/src reads.
constexpr std::array<std::string_view, 9> kNotShown = {"raw_singular_values",
                                                       "normalised_singular_values",
                                                       "normalised_share",
                                                       "normalised_effective_rank",
                                                       "normalised_leading_cross_validated",
                                                       "mean_leading",
                                                       "degrees",
                                                       "mean_cosine",
                                                       "bias"};

double rounded(double value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                     std::chars_format::scientific, kPageDigits - 1);
  std::from_chars(digits.data(), written.ptr, value);
  return value;
}

void keep_what_is_shown(Json& json) {
  if (json.is_number_float()) json = rounded(json.get<double>());
  if (json.is_object()) {
    for (const std::string_view key : kNotShown) json.erase(std::string(key));
    // An estimate is shown with its interval.
    if (json.contains("estimate") && json.contains("low")) json.erase("error");
  }
  if (!json.is_structured()) return;
  for (Json& part : json) keep_what_is_shown(part);
}

}  // namespace

Json shown_on_page(Json summary) {
  keep_what_is_shown(summary);
  return summary;
}

bool has_page() { return !page_template().head.empty(); }

std::string json_for_html(const Json& json) {
  std::string safe;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

void write_page(const std::filesystem::path& directory, const Json& summary) {
  const std::filesystem::path path = directory / kPageFileName;
  if (!has_page()) {
    std::error_code not_there;
    std::filesystem::remove(path, not_there);
    return;
  }
  const PageTemplate around = page_template();
  std::string page;
  for (const std::string_view piece : around.head) page += piece;
  page += json_for_html(summary);
  for (const std::string_view piece : around.tail) page += piece;
  write_file(path, page);
}

}  // namespace stategrad::report
