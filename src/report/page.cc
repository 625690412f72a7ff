// SPDX-License-Identifier: MIT
#include "report/page.h"

#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "report/page_template.h"

namespace stategrad::report {

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
