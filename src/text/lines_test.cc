// SPDX-License-Identifier: MIT
#include "text/lines.h"

#include <gmock/gmock.h>

#include <vector>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Lines : public TextTest {
 protected:
  [[nodiscard]] std::vector<std::string> lines_of(const std::string& content) const {
    write("file", content);
    std::vector<std::string> lines;
    for_each_line(folder_ / "file", [&](std::string_view line, std::int64_t number) {
      lines.emplace_back(line);
      EXPECT_EQ(number, static_cast<std::int64_t>(lines.size()));
    });
    return lines;
  }
};

TEST_F(Lines, EndWithEitherNewlineOrTheFile) {
  EXPECT_THAT(lines_of("a\r\n\nb c\nlast"), ElementsAre("a", "", "b c", "last"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of(""), ElementsAre());
}

TEST_F(Lines, LongerThanThePiecesThatAreReadAreWhole) {
  const std::string longest(3'000'000, 'x');
  EXPECT_THAT(lines_of(longest + "\ny\n" + longest), ElementsAre(longest, "y", longest));
}

TEST_F(Lines, AllOfThemAreRead) {
  write("labels", "a\n\nb c\n");
  EXPECT_THAT(read_lines(folder_ / "labels"), ElementsAre("a", "", "b c"));
}

TEST_F(Lines, FailuresNameTheLine) {
  EXPECT_THAT([] { fail_at_line("tags", 3, "no tab"); },
              ThrowsMessage<DataError>(HasSubstr("tags: line 3: no tab")));
}

}  // namespace
}  // namespace stategrad::text
