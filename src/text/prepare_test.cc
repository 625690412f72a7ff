// SPDX-License-Identifier: MIT
#include "text/prepare.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Prepare : public TextTest {
 protected:
  [[nodiscard]] PrepareOptions options(const std::string& text = "book.txt") const {
    PrepareOptions options;
    options.texts = {folder_ / text};
    options.folder = folder_ / "out";
    return options;
  }
  [[nodiscard]] std::vector<std::string> parts() const {
    return {read("out/train.txt"), read("out/valid.txt"), read("out/test.txt")};
  }
};

std::vector<std::string> separated(std::string_view word) {
  std::vector<std::string> words;
  separate_punctuation(word, [&](std::string_view part) { words.emplace_back(part); });
  return words;
}

TEST(PrepareSplit, ThreeNumbersThatSumToAHundred) {
  EXPECT_THAT(parse_split("80/10/10"), ElementsAre(80, 10, 10));
  EXPECT_THAT(parse_split("99.8/0.1/0.1"), ElementsAre(99.8, 0.1, 0.1));
  for (const char* bad : {"80/30", "80/10/20", "100/0/0", "80/10/10/0", "80/10/10x", "", "a/b/c",
                          "80 10 10", "120/-10/-10", "nan/10/10", "80/10/"}) {
    EXPECT_THAT([&] { (void)parse_split(bad); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(bad), HasSubstr("80/10/10"))));
  }
}

TEST(PrepareNumbers, DigitsWithPointsAndCommas) {
  for (const char* yes : {"0", "1984", "-3.5", "+7", "1,000,000", ".25", "3.14"}) {
    EXPECT_TRUE(is_number(yes)) << yes;
  }
  for (const char* no :
       {"", ".", "-", "1990s", "5%", "10:30", "1.", "1..2", "a1", "1,", "N", "٣"}) {
    EXPECT_FALSE(is_number(no)) << no;
  }
}

TEST(PreparePunctuation, MarksComeOffBothEnds) {
  EXPECT_THAT(separated("word"), ElementsAre("word"));
  EXPECT_THAT(separated("(\"Don't,\""), ElementsAre("(", "\"", "Don't", ",", "\""));
  EXPECT_THAT(separated("1984."), ElementsAre("1984", "."));
  EXPECT_THAT(separated(".25,"), ElementsAre(".25", ","));
  EXPECT_THAT(separated("wait..."), ElementsAre("wait", "..."));
  EXPECT_THAT(separated("...?!"), ElementsAre("...", "?", "!"));
  EXPECT_THAT(separated("«naïve»…"), ElementsAre("«", "naïve", "»", "…"));
  EXPECT_THAT(separated("<unk>."), ElementsAre("<unk>", "."));
  EXPECT_THAT(separated("e-mail"), ElementsAre("e-mail"));
}

TEST_F(Prepare, LinesGoToThePartsInOrderAndBlankLinesAreDropped) {
  write("book.txt", "a  b\r\n\nb\tc\n  \na\nb\nc\na\nb\n");
  write("more.txt", "c\na b\nb c");
  PrepareOptions two = options();
  two.texts.push_back(folder_ / "more.txt");
  const PrepareSummary summary = prepare_corpus(two);
  EXPECT_THAT(parts(), ElementsAre("a b\nb c\na\nb\nc\na\nb\nc\n", "a b\n", "b c\n"));
  EXPECT_EQ(summary.kept_words, 3);
  EXPECT_EQ(summary.parts[0].sentences, 8);
  EXPECT_EQ(summary.parts[0].words, 18);
  EXPECT_EQ(summary.parts[2].name, "test");
  EXPECT_EQ(summary.parts[2].words, 3);
}

TEST_F(Prepare, RareWordsOfTheTrainingPartAreUnknownEverywhere) {
  std::string book;
  for (int i = 0; i < 8; ++i)
    book += i < 5 ? "often <UNK>\n" : "twice rare" + std::to_string(i) + "\n";
  book += "often valid\ntwice valid\n";
  write("book.txt", book);
  PrepareOptions wanted = options();
  wanted.min_count = 3;
  const PrepareSummary summary = prepare_corpus(wanted);
  EXPECT_THAT(read("out/train.txt"), HasSubstr("often <unk>\ntwice <unk>\n"));
  EXPECT_EQ(read("out/valid.txt"), "often <unk>\n");
  EXPECT_EQ(read("out/test.txt"), "twice <unk>\n");
  EXPECT_EQ(summary.kept_words, 2);
  EXPECT_EQ(summary.parts[0].unknown, 8);
}

TEST_F(Prepare, VocabularySizeKeepsTheMostFrequentWordsAndTiesGoByCodePoint) {
  std::string book = "c\nc\nb\na\nd\nc\nb\na\n";
  write("book.txt", book + "a b c d\nd\n");
  PrepareOptions wanted = options();
  wanted.vocab_size = 2;
  EXPECT_EQ(prepare_corpus(wanted).kept_words, 2);
  EXPECT_THAT(parts(),
              ElementsAre("c\nc\n<unk>\na\n<unk>\nc\n<unk>\na\n", "a <unk> c <unk>\n", "<unk>\n"));
}

TEST_F(Prepare, LowerCaseAndNumbersAndPunctuation) {
  std::string book;
  for (int i = 0; i < 10; ++i) book += "Über 1,000 ÄPFEL, N.\n";
  write("book.txt", book);
  PrepareOptions wanted = options();
  wanted.lower = true;
  wanted.number_word = "N";
  wanted.punctuation = true;
  prepare_corpus(wanted);
  EXPECT_EQ(read("out/test.txt"), "über N äpfel , n .\n");
}

TEST_F(Prepare, OtherEncodingBecomesUtf8) {
  std::string book;
  for (int i = 0; i < 10; ++i) book += "gar\xe7on\n";
  write("book.txt", book);
  PrepareOptions wanted = options();
  wanted.encoding = "latin-1";
  prepare_corpus(wanted);
  EXPECT_EQ(read("out/test.txt"), "garçon\n");
}

TEST_F(Prepare, LinesLongerThanAPieceStayWhole) {
  std::string line;
  while (line.size() < 3'000'000) line += "word ";
  line.back() = '\n';
  std::string book;
  for (int i = 0; i < 10; ++i) book += line;
  write("book.txt", book);
  prepare_corpus(options());
  EXPECT_EQ(read("out/test.txt"), line);
  EXPECT_EQ(read("out/train.txt"), book.substr(0, 8 * line.size()));
}

TEST_F(Prepare, BadTextsAreNamedAndNothingIsWritten) {
  write("empty.txt", "");
  write("blank.txt", "\n \n");
  write("binary.txt", std::string("a\nb\0c\n", 6));
  write("latin.txt", "a\ngar\xe7on\n");
  write("short.txt", "a\nb\nc\n");
  const auto fails = [&](const std::string& name, const std::string& what) {
    EXPECT_THAT([&] { prepare_corpus(options(name)); },
                ThrowsMessage<DataError>(AllOf(HasSubstr(name), HasSubstr(what))));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  };
  fails("absent.txt", "No such file");
  fails("empty.txt", "no words");
  fails("blank.txt", "0 lines");
  fails("binary.txt", "line 2: a NUL");
  fails("latin.txt", "line 2: bytes that are no utf-8");
  fails("short.txt", "leave none for test.txt");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  fails("pipe", "no plain file");
}

TEST_F(Prepare, ContradictingOptionsAreRefused) {
  write("book.txt", "a\n");
  const auto fails = [&](const PrepareOptions& bad, const std::string& what) {
    EXPECT_THAT([&] { prepare_corpus(bad); }, ThrowsMessage<UsageError>(HasSubstr(what)));
  };
  PrepareOptions bad = options();
  bad.vocab_size = 3;
  bad.min_count = 2;
  fails(bad, "--vocab-size and --min-count");
  bad.vocab_size.reset();
  bad.min_count = 0;
  fails(bad, "--min-count 0");
  bad.min_count.reset();
  bad.number_word = "a b";
  fails(bad, "'a b'");
  bad.number_word.clear();
  bad.encoding = "klingon";
  fails(bad, "klingon");
}

TEST_F(Prepare, ItsOwnTextIsNeverOverwritten) {
  std::string book;
  for (int i = 0; i < 10; ++i) book += "a\n";
  write("train.txt", book);
  PrepareOptions wanted = options("train.txt");
  wanted.folder = folder_;
  wanted.overwrite = true;
  EXPECT_THAT([&] { prepare_corpus(wanted); },
              ThrowsMessage<UsageError>(HasSubstr("would be overwritten")));
  EXPECT_EQ(read("train.txt"), book);
}

TEST_F(Prepare, StoppingLeavesNoFile) {
  std::string book;
  for (int i = 0; i < 100'000; ++i) book += "a\n";
  write("book.txt", book);
  PrepareOptions wanted = options();
  int reports = 0;
  wanted.on_progress = [&](std::int64_t) {
    if (++reports == 9) throw Interrupted("stopped");
  };
  EXPECT_THROW(prepare_corpus(wanted), Interrupted);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "out"));
}

}  // namespace
}  // namespace stategrad::text
