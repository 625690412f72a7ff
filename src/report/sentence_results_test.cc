// SPDX-License-Identifier: MIT
#include "report/sentence_results.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "io/io_test_util.h"

namespace stategrad::report {
namespace {

class SentenceResults : public io::FolderTest {
 protected:
  static sinks::ClassStatistics head() {
    sinks::ClassStatistics head;
    head.vocabulary = {"the", "cat", "<eos>"};
    head.run.max_delay = 2;
    head.run.states = {{StateKind::kCell, 0}, {StateKind::kHidden, 0}};
    head.sentences = {.of = 5,
                      .sentences = {{4, {0, 1, 2}}, {sinks::kTyped, {1}}},
                      .norms = {{1.2345, 0.000123456, 2, 3, 4, 7.7777}, {1, 2, 3, 4, 5, 6}}};
    return head;
  }
};

TEST_F(SentenceResults, AreTrianglesOfThreeDigits) {
  const Json json = sentences_json(head());
  EXPECT_EQ(json["of"], 5);
  EXPECT_EQ(json["taken"], 1);
  EXPECT_EQ(json["states"][1]["state"], "hidden");
  EXPECT_EQ(json["sentences"][0].dump(),
            R"({"position":4,"words":["the","cat","<eos>"],)"
            R"("norms":[[[1.23],[0.000123,2.0],[3.0,4.0]],[[1.0],[2.0,3.0],[4.0,5.0]]]})");
  EXPECT_EQ(json["sentences"][1].dump(),
            R"({"position":null,"words":["cat"],"norms":[[[7.78]],[[6.0]]]})");
}

TEST_F(SentenceResults, OfNoSentencesAreNoFile) {
  write_sentences(folder_, sentences_json(head()));
  EXPECT_EQ(Json::parse(read_file(folder_ / kSentencesFileName)), sentences_json(head()));
  EXPECT_TRUE(sentences_json({}).is_null());
  write_sentences(folder_, nullptr);
  EXPECT_FALSE(std::filesystem::exists(folder_ / kSentencesFileName));
}

}  // namespace
}  // namespace stategrad::report
