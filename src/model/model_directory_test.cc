// SPDX-License-Identifier: MIT
#include "model/model_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "model/digest.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ModelDirectory : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("model_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  template <class Real>
  void write(const LanguageModel<Real>& model) {
    ModelDescription description;
    description.architecture = model.architecture();
    description.dtype = sizeof(Real) == 4 ? DType::kFloat32 : DType::kFloat64;
    description.config.save_path = folder_.string();
    description.config.data_path = "data";
    description.config.dropout = 0.3;
    description.seed = std::numeric_limits<std::uint64_t>::max();
    description.epochs_done = 3;
    description.valid_perplexity = 0.1 + 0.2;
    description.version = "0.1.0";
    write_vocabulary(folder_, model.vocabulary());
    write_weights(folder_, model, WhichWeights::kLast);
    write_description(folder_, description);
  }
  void expect_refused(const std::string& needle) {
    EXPECT_THAT([&] { (void)read_model(folder_); }, ThrowsMessage<DataError>(HasSubstr(needle)));
  }
  [[nodiscard]] std::string content(const char* name) const { return read_file(folder_ / name); }

  std::filesystem::path folder_;
};

template <class Real>
void expect_same(const LanguageModel<Real>& a, const LanguageModel<Real>& b) {
  EXPECT_EQ(a.vocabulary(), b.vocabulary());
  const auto left = named_tensors(a.parameters());
  const auto right = named_tensors(b.parameters());
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].name, right[i].name);
    EXPECT_TRUE(std::equal(left[i].values.begin(), left[i].values.end(), right[i].values.begin()));
  }
}

TEST_F(ModelDirectory, EveryCellAndPrecisionComesBackBitForBit) {
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
    const auto single = tiny_model<float>(cell, cell == CellKind::kGru);
    write(single);
    expect_same(single, std::get<LanguageModel<float>>(read_model(folder_)));
    const auto exact = tiny_model<double>(cell);
    write(exact);
    expect_same(exact, std::get<LanguageModel<double>>(read_model(folder_)));
  }
}

TEST_F(ModelDirectory, SameModelGivesTheSameBytes) {
  write(tiny_model<float>(CellKind::kLstm));
  const std::string first = content("model.safetensors") + content("model.json");
  write(tiny_model<float>(CellKind::kLstm));
  EXPECT_EQ(first, content("model.safetensors") + content("model.json"));
}

TEST_F(ModelDirectory, DescriptionComesBackExactly) {
  write(tiny_model<float>(CellKind::kGru));
  const ModelDescription found = read_description(folder_);
  EXPECT_EQ(found.architecture, tiny_architecture(CellKind::kGru));
  EXPECT_EQ(found.seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(found.valid_perplexity, 0.1 + 0.2);
  EXPECT_FALSE(found.test_perplexity);
  EXPECT_EQ(found.config.dropout, 0.3);
  EXPECT_FALSE(found.finished);
}

TEST_F(ModelDirectory, LastAndBestWeightsAreKeptApart) {
  const auto last = tiny_model<float>(CellKind::kRnn);
  write(last);
  Parameters<float> parameters(tiny_architecture(CellKind::kRnn));
  initialise(parameters, {.scale = 0.1, .seed = 99});
  const LanguageModel<float> best(tiny_vocabulary(), std::move(parameters));
  write_weights(folder_, best, WhichWeights::kBest);
  expect_same(last, std::get<LanguageModel<float>>(read_model(folder_)));
  expect_same(best, std::get<LanguageModel<float>>(read_model(folder_, WhichWeights::kBest)));
}

TEST_F(ModelDirectory, AnyTruncationOfTheWeightsIsRefused) {
  write(tiny_model<float>(CellKind::kLstm));
  const std::string whole = content("model.safetensors");
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    write_file(folder_ / "model.safetensors", whole.substr(0, size), Durable::kNo);
    expect_refused("model.safetensors");
  }
}

TEST_F(ModelDirectory, AnyAlteredByteOfTheWeightsIsRefused) {
  write(tiny_model<float>(CellKind::kLstm));
  const std::string whole = content("model.safetensors");
  const std::size_t end = whole.size();
  for (std::size_t back = 1; back <= 400; back += 7) {
    std::string altered = whole;
    altered[end - back] = static_cast<char>(altered[end - back] ^ 1);
    write_file(folder_ / "model.safetensors", altered, Durable::kNo);
    expect_refused("altered");
  }
}

TEST_F(ModelDirectory, AlteredDescriptionIsRefused) {
  write(tiny_model<float>(CellKind::kLstm));
  std::string text = content("model.json");
  text.replace(text.find("\"size\": 5"), 9, "\"size\": 6");
  write_file(folder_ / "model.json", text);
  expect_refused("digest");
}

TEST_F(ModelDirectory, DescriptionOfAModuleIsRefused) {
  write(tiny_model<float>(CellKind::kRnn));
  auto description = nlohmann::ordered_json::parse(content("model.json"));
  description["architecture"]["cell"] = "module";
  description.erase("digest");
  Digest digest;
  digest.add(nlohmann::json::parse(description.dump()).dump());
  description["digest"] = digest.text();
  write_file(folder_ / "model.json", description.dump());
  expect_refused("module, whose weights no model has");
}

TEST_F(ModelDirectory, VocabularyOfAnotherModelIsRefused) {
  write(tiny_model<float>(CellKind::kLstm));
  const std::string words = content("vocab.txt");
  write_file(folder_ / "vocab.txt", "The" + words.substr(3));
  expect_refused("vocab.txt");
  write_file(folder_ / "vocab.txt", words + "more\n");
  expect_refused("8 words where model.json says 7");
  write_file(folder_ / "vocab.txt", words + "the\n");
  expect_refused("line 8: 'the' stands in line 1 already");
  write_file(folder_ / "vocab.txt", words.substr(0, words.size() - 1));
  expect_refused("truncated");
}

TEST_F(ModelDirectory, WeightsOfAnotherCellAreRefused) {
  write(tiny_model<float>(CellKind::kLstm));
  const std::string weights = content("model.safetensors");
  write(tiny_model<float>(CellKind::kRnn));
  write_file(folder_ / "model.safetensors", weights);
  expect_refused("'LSTM' where 'RNN' was expected");
}

TEST_F(ModelDirectory, SizesThatTheWeightsDoNotHaveTakeNoMemory) {
  write(tiny_model<float>(CellKind::kLstm));
  ModelDescription description = read_description(folder_);
  description.architecture.size = 1 << 24;
  write_description(folder_, description);
  expect_refused("fewer numbers than the sizes in model.json ask for");
}

TEST_F(ModelDirectory, ModelThatIsNotFiniteIsNotWritten) {
  const auto model = tiny_model<float>(CellKind::kLstm);
  Parameters<float> parameters(model.architecture());
  parameters.output_bias[0] = std::numeric_limits<float>::quiet_NaN();
  const LanguageModel<float> broken(tiny_vocabulary(), std::move(parameters));
  EXPECT_THROW(write_weights(folder_, broken, WhichWeights::kLast), NumericalError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model.safetensors"));
}

TEST_F(ModelDirectory, FolderIsRecognised) {
  EXPECT_EQ(inspect_directory(folder_ / "none"), DirectoryState::kAbsent);
  EXPECT_EQ(inspect_directory(folder_), DirectoryState::kEmpty);
  write_file(folder_ / "letter", "Dear");
  EXPECT_EQ(inspect_directory(folder_), DirectoryState::kOther);
  EXPECT_EQ(inspect_directory(folder_ / "letter"), DirectoryState::kOther);
  write(tiny_model<float>(CellKind::kLstm));
  EXPECT_EQ(inspect_directory(folder_), DirectoryState::kUnfinishedModel);
  ModelDescription description = read_description(folder_);
  description.finished = true;
  write_description(folder_, description);
  EXPECT_EQ(inspect_directory(folder_), DirectoryState::kFinishedModel);
}

TEST_F(ModelDirectory, MissingPartsAreNamed) {
  EXPECT_THAT([&] { (void)read_model(folder_ / "none"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("none"), HasSubstr("no such folder"))));
  expect_refused("model.json is missing");
  write(tiny_model<float>(CellKind::kLstm));
  std::filesystem::remove(folder_ / "model.safetensors");
  expect_refused("model.safetensors");
}

}  // namespace
}  // namespace stategrad::model
