// SPDX-License-Identifier: MIT
#include "text/synthetic_corpus.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "stategrad/errors.h"
#include "text/corpus.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class SyntheticCorpus : public TextTest {
 protected:
  [[nodiscard]] CorpusRequest small(const std::string& name) const {
    CorpusRequest request;
    request.folder = folder_ / name;
    request.train_words = 5'000;
    request.valid_words = 800;
    request.test_words = 900;
    return request;
  }
  [[nodiscard]] std::map<std::string, std::string> files(const std::string& name) const {
    std::map<std::string, std::string> content;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / name)) {
      if (!entry.is_regular_file()) continue;
      const std::string file = entry.path().lexically_relative(folder_ / name).string();
      content[file] = read(name + "/" + file);
    }
    return content;
  }
};

TEST_F(SyntheticCorpus, TextsReadBackHaveTheSizesAndThePerplexityReported) {
  const SyntheticLanguage language{LanguageOptions{}};
  const std::vector<CorpusPart> parts = write_synthetic_corpus(language, small("a"));
  std::map<std::string, WordId, std::less<>> ids;
  for (std::size_t id = 0; id < language.words().size(); ++id) {
    ids[language.words()[id].text] = static_cast<WordId>(id);
  }
  ASSERT_EQ(parts.size(), 3U);
  for (const CorpusPart& part : parts) {
    LanguagePosition position(language);
    std::vector<double> logs;
    std::int64_t ends = 0;
    for_each_word(folder_ / "a" / (part.name + ".txt"), {}, [&](std::string_view word) {
      const WordId id = ids.find(word)->second;
      logs.push_back(std::log(position.probability(id)));
      ends += id == SyntheticLanguage::kEnd ? 1 : 0;
      position.advance(id);
    });
    EXPECT_EQ(part.words, std::ssize(logs));
    EXPECT_EQ(part.sentences, ends);
    const double sum = std::accumulate(logs.begin() + 1, logs.end(), 0.0);
    EXPECT_NEAR(part.perplexity, std::exp(-sum / static_cast<double>(logs.size() - 1)), 1e-9);
    EXPECT_NEAR(part.perplexity, language.perplexity(), 0.15 * language.perplexity());
  }
}

TEST_F(SyntheticCorpus, SeedDecidesEveryByte) {
  const SyntheticLanguage language{LanguageOptions{}};
  write_synthetic_corpus(language, small("a"));
  write_synthetic_corpus(language, small("b"));
  CorpusRequest other = small("c");
  other.seed = 2;
  write_synthetic_corpus(language, other);
  EXPECT_EQ(files("a"), files("b"));
  EXPECT_NE(files("a").at("test.txt"), files("c").at("test.txt"));
  EXPECT_NE(files("a").at("test.txt"), files("a").at("valid.txt").substr(0, 900));
}

TEST_F(SyntheticCorpus, ClassFilesHoldTagsOfTheTagFile) {
  const SyntheticLanguage language({.lags = {3, 6}, .classes = 2, .class_words = 1, .fillers = 9});
  write_synthetic_corpus(language, small("a"));
  EXPECT_THAT(read("a/tags.txt"), HasSubstr("cue6b1\t['CUE6B']\n"));
  EXPECT_EQ(read("a/classes/cues"), "CUE3A\nCUE3B\nCUE6A\nCUE6B\n");
  EXPECT_EQ(read("a/classes/cues_6"), "CUE6A\nCUE6B\n");
  EXPECT_EQ(read("a/classes/answers_3b"), "ANSWER3B\n");
  EXPECT_EQ(read("a/classes/fillers"), "FILLER_FREQUENT\nFILLER_MIDDLE\nFILLER_RARE\n");
  const std::string tags = read("a/tags.txt");
  for (const auto& [name, content] : files("a/classes")) {
    for (std::size_t start = 0; start < content.size();) {
      const std::size_t end = content.find('\n', start);
      EXPECT_THAT(tags, HasSubstr("['" + content.substr(start, end - start) + "']")) << name;
      start = end + 1;
    }
  }
}

TEST_F(SyntheticCorpus, DescriptionHoldsTheLanguage) {
  const SyntheticLanguage language{LanguageOptions{}};
  const std::vector<CorpusPart> parts = write_synthetic_corpus(language, small("a"));
  const auto json = nlohmann::json::parse(read("a/description.json"));
  EXPECT_EQ(json["options"]["lags"], nlohmann::json({2, 5, 9}));
  EXPECT_EQ(json["perplexity"].get<double>(), language.perplexity());
  EXPECT_EQ(json["parts"]["test"]["perplexity"].get<double>(), parts[2].perplexity);
  EXPECT_EQ(json["words"].size(), language.words().size());
  const auto& cue = json["words"][language.cue(1, 2, 0)];
  EXPECT_EQ(cue["word"], "cue5c1");
  EXPECT_EQ(cue["lag"], 5);
  EXPECT_EQ(cue["class"], "c");
  EXPECT_THAT(read("a/README.md"), HasSubstr("cue9a1 … cue9d3"));
}

TEST_F(SyntheticCorpus, OverwritingLeavesNoClassesOfTheOldLanguage) {
  write_synthetic_corpus(SyntheticLanguage({.lags = {7}}), small("a"));
  CorpusRequest request = small("a");
  EXPECT_THAT([&] { write_synthetic_corpus(SyntheticLanguage({.lags = {4}}), request); },
              ThrowsMessage<DataError>(HasSubstr("--overwrite")));
  write("a/classes/mine", "CUE4A\n");
  request.overwrite = true;
  write_synthetic_corpus(SyntheticLanguage({.lags = {4}}), request);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a/classes/cues_7a"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a/classes/cues_4a"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a/classes/mine"));
}

TEST_F(SyntheticCorpus, PartWithoutRoomForASentenceIsRefusedBeforeAnythingIsWritten) {
  CorpusRequest request = small("a");
  request.valid_words = 1;
  EXPECT_THAT([&] { write_synthetic_corpus(SyntheticLanguage{LanguageOptions{}}, request); },
              ThrowsMessage<UsageError>(HasSubstr("valid.txt")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

}  // namespace
}  // namespace stategrad::text
