// SPDX-License-Identifier: MIT
#include "report/page.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "base/scratch_folder.h"
#include "report/page_template.h"

namespace stategrad::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Json kSummary = {{"format", "stategrad results"}, {"word", "</script><!-- & \u2028 \xff"}};

TEST(Page, JsonForHtmlEndsNoElementAndReadsBack) {
  const std::string safe = json_for_html(kSummary);
  EXPECT_EQ(safe.find_first_of("<>&\n"), std::string::npos);
  // What is no UTF-8 is replaced, as in summary.json.
  EXPECT_EQ(Json::parse(safe)["word"], "</script><!-- & \u2028 \uFFFD");
}

TEST(Page, ShowsRoundedNumbersAndNoneThatItHasNoPlaceFor) {
  const Json shown =
      shown_on_page({{"count", 123456789},
                     {"mean_norm", {{"estimate", 1.0 / 3}, {"error", 0.1}, {"low", -2e-9 / 3}}},
                     {"parameters", {{"tau", {{"estimate", 2.5}, {"error", 0.1}}}}},
                     {"delays", {{{"degrees", {1, 2}}, {"half", nullptr}}}}});
  const Json wanted = {{"count", 123456789},
                       {"mean_norm", {{"estimate", 0.333333}, {"low", -6.66667e-10}}},
                       {"parameters", {{"tau", {{"estimate", 2.5}, {"error", 0.1}}}}},
                       {"delays", {{{"half", nullptr}}}}};
  EXPECT_EQ(shown, wanted);
}

TEST(Page, HoldsItsResultsBetweenHeadAndTail) {
  if (!has_page()) GTEST_SKIP() << "built without node and npm: there is no page";
  const ScratchFolder folder(std::filesystem::temp_directory_path());
  write_page(folder.path(), kSummary);
  const std::string page = read_file(folder.path() / kPageFileName);
  std::size_t around = 0;
  for (const auto piece : page_template().head) around += piece.size();
  for (const auto piece : page_template().tail) around += piece.size();
  EXPECT_EQ(page.size(), around + json_for_html(kSummary).size());
  EXPECT_THAT(page, HasSubstr("id=\"results\">" + json_for_html(kSummary) + "</script>"));
  EXPECT_THAT(page, ::testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(page, ::testing::EndsWith("</html>\n"));
}

TEST(Page, NeedsNothingFromElsewhere) {
  if (!has_page()) GTEST_SKIP() << "built without node and npm: there is no page";
  std::string page;
  for (const auto piece : page_template().head) page += piece;
  for (const auto piece : page_template().tail) page += piece;
  for (const char* outside : {"<script src", "<link rel=\"stylesheet\"", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

TEST(Page, OfEarlierResultsGoesWhereThereIsNone) {
  if (has_page()) GTEST_SKIP() << "this program has a page";
  const ScratchFolder folder(std::filesystem::temp_directory_path());
  write_file(folder.path() / kPageFileName, "old");
  write_page(folder.path(), kSummary);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / kPageFileName));
}

}  // namespace
}  // namespace stategrad::report
