// SPDX-License-Identifier: MIT
#include "text/decoder.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DecoderTest : public TextTest {
 protected:
  [[nodiscard]] std::vector<std::string> pieces(const std::string& bytes,
                                                const std::string& encoding = "utf-8") const {
    write("text", bytes);
    Decoder decoder(folder_ / "text", encoding);
    std::vector<std::string> result;
    for (auto piece = decoder.next(); !piece.empty(); piece = decoder.next()) {
      result.emplace_back(piece);
    }
    EXPECT_EQ(decoder.next(), "") << "after the end";
    return result;
  }

  [[nodiscard]] std::string decode(const std::string& bytes,
                                   const std::string& encoding = "utf-8") const {
    std::string text;
    for (const std::string& piece : pieces(bytes, encoding)) text += piece;
    return text;
  }

  [[nodiscard]] std::string refusal(const std::string& bytes,
                                    const std::string& encoding = "utf-8") const {
    try {
      (void)decode(bytes, encoding);
    } catch (const DataError& error) {
      EXPECT_EQ(error.file(), (folder_ / "text").string());
      return error.place() + ": " + error.what();
    }
    return "nothing was thrown";
  }
};

TEST_F(DecoderTest, PassesUtf8Through) {
  for (const std::string text :
       {"", "one\ntwo\r\n", "caf\u00e9 \u4f60\u597d \U0001f600 \U0010ffff\n"}) {
    EXPECT_EQ(decode(text), text);
  }
}

TEST_F(DecoderTest, CutsLongTextsBetweenCharacters) {
  // Characters of two, three and four bytes over the ends of several pieces, at every offset.
  const std::string character = "\u00e9\u4f60\U0001f600";
  for (std::size_t offset = 0; offset < character.size(); ++offset) {
    std::string text(offset, '.');
    while (text.size() < 2500000) text += character;
    const std::vector<std::string> found = pieces(text);
    EXPECT_GT(found.size(), 2U);
    std::string joined;
    for (const std::string& piece : found) {
      EXPECT_NE(static_cast<unsigned char>(piece.front()) & 0xc0U, 0x80U) << "offset " << offset;
      joined += piece;
    }
    EXPECT_TRUE(joined == text) << "offset " << offset;
  }
}

TEST_F(DecoderTest, DropsAByteOrderMarkAtTheStartOnly) {
  const std::string mark = "\xef\xbb\xbf";
  EXPECT_EQ(decode(mark + "one"), "one");
  EXPECT_EQ(decode(mark), "");
  EXPECT_EQ(decode("one" + mark), "one" + mark);
  EXPECT_EQ(decode(std::string("\xff\xfe"
                               "a\0",
                               4),
                   "utf-16"),
            "a");
  EXPECT_EQ(decode(std::string("\xff\xfe"
                               "a\0",
                               4),
                   "utf-16le"),
            "a");
}

TEST_F(DecoderTest, ConvertsOtherEncodings) {
  EXPECT_EQ(decode("caf\xe9\n", "latin-1"), "caf\u00e9\n");
  EXPECT_EQ(decode("\x80", "cp1252"), "\u20ac");
  EXPECT_EQ(decode(std::string(3000000, '\xe9'), "latin-1").size(), 6000000U);
}

TEST_F(DecoderTest, KnowsEncodingsByTheirNamesInPythonInAnyCase) {
  for (const char* name :
       {"utf-8", "UTF8", "utf_8", "latin-1", "Latin_1", "iso-8859-15", "ascii"}) {
    EXPECT_TRUE(is_known_encoding(name)) << name;
  }
  for (const char* name : {"", "utf-9", "utf-8//IGNORE", "klingon"}) {
    EXPECT_FALSE(is_known_encoding(name)) << name;
    EXPECT_THROW(Decoder(folder_ / "text", name), UsageError) << name;
  }
}

TEST_F(DecoderTest, BytesThatTheEncodingForbidsNameTheirLine) {
  const std::string good = "good line\n";
  for (const std::string bad : {"caf\xe9 au lait", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                "\xf8\x88\x80\x80\x80", "\x80"}) {
    EXPECT_THAT(refusal(good + good + bad + "\n"), AllOf(HasSubstr("line 3: "), HasSubstr("utf-8")))
        << bad;
  }
  EXPECT_THAT(refusal("good\n\xe9\n", "ascii"), AllOf(HasSubstr("line 2: "), HasSubstr("ascii")));
}

TEST_F(DecoderTest, LinesAreCountedOverThePieces) {
  std::string text;
  for (int line = 1; line < 300001; ++line) text += "ten bytes\n";
  EXPECT_THAT(refusal(text + "\xff\n"), HasSubstr("line 300001: "));
}

TEST_F(DecoderTest, NulCharactersMeanABinaryFile) {
  EXPECT_THAT(refusal(std::string("one\ntwo\0\n", 9)),
              AllOf(HasSubstr("line 2: "), HasSubstr("binary")));
}

TEST_F(DecoderTest, EndInTheMiddleOfACharacterIsAnError) {
  EXPECT_THAT(refusal("one\ntwo \xe4\xbd"), AllOf(HasSubstr("line 2: "), HasSubstr("middle")));
}

TEST_F(DecoderTest, MissingFilesAndFoldersAreNamed) {
  EXPECT_THROW(Decoder(folder_ / "absent", "utf-8"), DataError);
  try {
    const Decoder decoder(folder_, "utf-8");
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("directory"));
  }
}

}  // namespace
}  // namespace stategrad::text
