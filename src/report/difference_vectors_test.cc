// SPDX-License-Identifier: MIT
#include "report/difference_vectors.h"

#include <gmock/gmock.h>

#include <array>

#include "io/npy.h"
#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Differences : public sinks::ClassSumsTest {
 protected:
  [[nodiscard]] DifferenceVector find(const std::string& text) const {
    const std::vector<std::string> texts = {text};
    return find_differences(texts, classes_, 3).front();
  }
  [[nodiscard]] std::string file(const std::string& name, std::vector<double> values) const {
    const std::array<std::int64_t, 1> shape{static_cast<std::int64_t>(values.size())};
    io::write_npy<double>(folder_ / name, shape, values);
    return (folder_ / name).string();
  }
  std::vector<std::string> classes_ = {"NN", "VB", "NN-VB", "a,b", "x=y"};
};

TEST_F(Differences, OfTwoClassesAreReadByHyphenOrComma) {
  for (const char* text : {"NN-VB", "NN,VB"}) {
    const DifferenceVector found = find(text);
    EXPECT_EQ(found.name, "NN-VB");
    EXPECT_EQ(found.first, "NN");
    EXPECT_EQ(found.second, "VB");
    EXPECT_TRUE(found.file.empty());
  }
  EXPECT_EQ(find("verbs=VB-all").name, "verbs");
  EXPECT_EQ(find("verbs=VB-all").second, "all");
}

TEST_F(Differences, MayBeOfClassesWithHyphensAndCommasInTheirNames) {
  EXPECT_EQ(find("NN-VB-a,b").first, "NN-VB");
  EXPECT_EQ(find("NN-VB-a,b").second, "a,b");
  EXPECT_EQ(find("x=y-NN").first, "x=y");
  classes_.emplace_back("VB-a,b");
  EXPECT_THAT(
      [&] { return find("NN-VB-a,b"); },
      ThrowsMessage<UsageError>(HasSubstr("either 'NN' and 'VB-a,b' or 'NN-VB' and 'a,b'")));
}

TEST_F(Differences, OfAFileAreItsNumbers) {
  const std::string name = file("plural.npy", {1, 2, 4});
  EXPECT_EQ(find(name).name, "plural");
  EXPECT_THAT(find(name).vector, ElementsAre(1, 2, 4));
  EXPECT_EQ(find("number=" + name).name, "number");
  EXPECT_EQ(find("number=" + name).file, name);
}

TEST_F(Differences, ThatCannotBeReadAreNamed) {
  EXPECT_THAT([&] { return find("NN-JJ"); }, ThrowsMessage<UsageError>(HasSubstr("'NN-JJ'")));
  EXPECT_THAT([&] { return find("NN-NN"); },
              ThrowsMessage<UsageError>(HasSubstr("two different classes")));
  EXPECT_THAT([&] { return find("=NN-VB"); }, ThrowsMessage<UsageError>(HasSubstr("a name")));
  EXPECT_THAT([&] { return find("none.npy"); }, ThrowsMessage<DataError>(HasSubstr("none.npy")));
  const std::string name = file("long.npy", {1, 2, 4, 5});
  EXPECT_THAT([&] { return find(name); }, ThrowsMessage<DataError>(HasSubstr("of 3 numbers")));
  const std::vector<std::string> twice = {"NN-VB", "NN,VB"};
  EXPECT_THAT([&] { return find_differences(twice, classes_, 3); },
              ThrowsMessage<UsageError>(HasSubstr("give NAME=NN,VB")));
}

TEST_F(Differences, OfClassesAreThoseOfTheirMeanEmbeddings) {
  sinks::ModelTables model = tables();
  for (std::size_t i = 0; i < model.embedding_sum.size(); ++i) {
    model.embedding_sum[i] = static_cast<double>(i * i);
  }
  const auto path = folder_ / "own.h5";
  sinks::merge_class_statistics(parts("own", {}), true, &model, path);
  const sinks::ClassStatisticsReader reader(path);
  std::array<double, 4> count{};
  for (const std::int32_t signature : signature_) ++count[static_cast<std::size_t>(signature)];
  const std::vector<std::string> texts = {"low-middle", "all-low"};
  auto found = find_differences(texts, reader.head().classes.names, 5);
  complete_differences(reader, found);
  // "low" has the signatures 1 and 2, "middle" 2 and 3.
  const auto sum = [&](std::initializer_list<std::size_t> signatures, std::size_t e) {
    double total = 0;
    double words = 0;
    for (const std::size_t s : signatures) {
      total += model.embedding_sum[s * 5 + e];
      words += count.at(s);
    }
    return total / words;
  };
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_NEAR(found[0].vector[e], sum({1, 2}, e) - sum({2, 3}, e), 1e-12);
    EXPECT_NEAR(found[1].vector[e], sum({0, 1, 2, 3}, e) - sum({1, 2}, e), 1e-12);
  }
}

TEST_F(Differences, AreMeasuredForTheirClassesAndForAllWords) {
  const std::vector<std::string> texts = {"NN-VB", "VB-a,b", file("v.npy", {1, 2, 3})};
  const auto found = find_differences(texts, classes_, 3);
  EXPECT_THAT(differences_of(found, "all"), ElementsAre(0, 1, 2));
  EXPECT_THAT(differences_of(found, "VB"), ElementsAre(0, 1));
  EXPECT_THAT(differences_of(found, "a,b"), ElementsAre(1));
  EXPECT_TRUE(differences_of(found, "x=y").empty());
}

}  // namespace
}  // namespace stategrad::report
