// SPDX-License-Identifier: MIT
#include "cli/class_arguments.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class ClassArgumentsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("class_arguments_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    write_file(folder_ / "nouns", "NN\nNNS\n", Durable::kNo);
    write_file(folder_ / "classes.json", R"({"classes": [{"kind": "tags", "file": "lexicon"}]})",
               Durable::kNo);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] static text::ClassDefinitions parse(std::vector<std::string> arguments) {
    CLI::App command;
    ClassArguments parsed;
    add_class_options(command, parsed);
    std::reverse(arguments.begin(), arguments.end());
    command.parse(arguments);
    return class_definitions(parsed);
  }
  static void expect_refused(const std::vector<std::string>& arguments,
                             const std::string& message) {
    EXPECT_THAT([&] { (void)parse(arguments); }, ThrowsMessage<UsageError>(HasSubstr(message)));
  }

  std::filesystem::path folder_;
};

TEST_F(ClassArgumentsTest, WithoutOptionsThereAreNoClasses) { EXPECT_THAT(parse({}), IsEmpty()); }

TEST_F(ClassArgumentsTest, EveryOptionGivesADefinition) {
  const auto all = parse({"--cross",
                          "tag,frequency",
                          "--cross",
                          "token-tag,words,regex",
                          "--cross-min-count",
                          "100",
                          "--word-regex",
                          "ing=a=b$",
                          "--sentence-position",
                          "2,3",
                          "--word-list",
                          "a=x",
                          "--word-list",
                          "b=y",
                          "--frequency-bins",
                          "4",
                          "--frequency-text",
                          "train.txt",
                          "--token-tags",
                          "text.conllu",
                          "--tag-column",
                          "xpos",
                          "--tags",
                          "lexicon"});
  ASSERT_EQ(all.size(), 8U);
  EXPECT_EQ(std::get<text::LexiconTags>(all[0].what).file, "lexicon");
  EXPECT_EQ(std::get<text::TokenTags>(all[1].what).column, text::TagColumn::kLanguage);
  EXPECT_EQ(std::get<text::FrequencyBins>(all[2].what).bins, 4);
  EXPECT_EQ(std::get<text::FrequencyBins>(all[2].what).text, "train.txt");
  const auto& lists = std::get<text::WordLists>(all[3].what).lists;
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[1].name, "b");
  EXPECT_EQ(lists[1].file, "y");
  EXPECT_THAT(std::get<text::SentencePositions>(all[4].what).edges, ElementsAre(2, 3));
  EXPECT_EQ(std::get<text::WordPatterns>(all[5].what).patterns[0].pattern, "a=b$");
  EXPECT_THAT(std::get<text::CrossedClasses>(all[6].what).groups, ElementsAre("tag", "frequency"));
  EXPECT_EQ(std::get<text::CrossedClasses>(all[7].what).min_count, 100);
  for (const auto& definition : all) EXPECT_FALSE(definition.only_crossed);
}

TEST_F(ClassArgumentsTest, FilesOfTagsAreClasses) {
  const auto all = parse({"--tags", "lexicon", "--token-tags", "tokens", "--tag-class",
                          "noun=" + (folder_ / "nouns").string()});
  ASSERT_EQ(all.size(), 2U);
  const text::WordClass noun{"noun", {"NN", "NNS"}};
  EXPECT_THAT(std::get<text::LexiconTags>(all[0].what).classes, ElementsAre(noun));
  EXPECT_THAT(std::get<text::TokenTags>(all[1].what).classes, ElementsAre(noun));
  EXPECT_THROW((void)parse({"--tags", "x", "--tag-class", "a=" + (folder_ / "none").string()}),
               DataError);
}

TEST_F(ClassArgumentsTest, OptionsAddToTheFileAndMayCombineItsClasses) {
  const auto all =
      parse({"--classes", (folder_ / "classes.json").string(), "--frequency-edges", "10,100",
             "--cross", "tag,frequency", "--only-crossed", "--sentence-position", "2"});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(std::get<text::LexiconTags>(all[0].what).file, folder_ / "lexicon");
  EXPECT_TRUE(all[0].only_crossed);
  EXPECT_THAT(std::get<text::FrequencyBins>(all[1].what).edges, ElementsAre(10, 100));
  EXPECT_TRUE(all[1].only_crossed);
  EXPECT_FALSE(all[2].only_crossed);
  EXPECT_FALSE(all[3].only_crossed);
}

TEST_F(ClassArgumentsTest, WrongUseIsNamed) {
  expect_refused({"--word-list", "file"}, "--word-list 'file': NAME=FILE was expected");
  expect_refused({"--word-list", "=file"}, "NAME=FILE was expected");
  expect_refused({"--word-regex", "x="}, "--word-regex 'x=': NAME=REGEX was expected");
  expect_refused({"--word-regex", "x=("}, "'(' is no regular expression");
  expect_refused({"--word-list", "a=x", "--word-list", "a=y"}, "the class 'a' stands twice");
  expect_refused({"--sentence-position", "2,"}, "--sentence-position '2,': rising numbers");
  expect_refused({"--sentence-position", "3,2"}, "the edges are 3,2: rising numbers from 2");
  expect_refused({"--frequency-edges", "ten"}, "--frequency-edges 'ten'");
  expect_refused({"--frequency-text", "x"}, "--frequency-text is counted for");
  expect_refused({"--tag-class", "a=x"}, "give --tags or --token-tags");
  expect_refused({"--tag-column", "upos"}, "--tag-column is a column of --token-tags");
  expect_refused({"--only-crossed"}, "give --cross too");
  expect_refused({"--cross-min-count", "5"}, "give --cross too");
  expect_refused({"--frequency-bins", "2", "--cross", "frequency"}, "two or more groups");
  expect_refused({"--frequency-bins", "2", "--cross", "frequency,tag"}, "there is no group 'tag'");
  for (const std::string bins : {"0", "1001", "x"}) {
    EXPECT_THROW((void)parse({"--frequency-bins", bins}), CLI::ParseError) << bins;
  }
  EXPECT_THROW((void)parse({"--frequency-bins", "2", "--frequency-edges", "3"}), CLI::ParseError);
}

}  // namespace
}  // namespace stategrad::cli
