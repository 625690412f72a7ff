// SPDX-License-Identifier: MIT
#include "text/lines.h"

#include "stategrad/errors.h"
#include "text/decoder.h"

namespace stategrad::text {

void for_each_line(const std::filesystem::path& file,
                   const std::function<void(std::string_view, std::int64_t)>& use) {
  Decoder decoder(file, "utf-8");
  std::int64_t number = 0;
  const auto give = [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    use(line, ++number);
  };
  std::string rest;
  for (std::string_view piece = decoder.next(); !piece.empty(); piece = decoder.next()) {
    rest += piece;
    std::size_t start = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', start)) {
      give(std::string_view(rest).substr(start, end - start));
      start = end + 1;
    }
    rest.erase(0, start);
  }
  if (!rest.empty()) give(rest);
}

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  for_each_line(file, [&](std::string_view line, std::int64_t) { lines.emplace_back(line); });
  return lines;
}

void fail_at_line(const std::filesystem::path& file, std::int64_t number,
                  const std::string& message) {
  throw DataError(file.string(), "line " + std::to_string(number), message);
}

}  // namespace stategrad::text
