// SPDX-License-Identifier: MIT
#include "exchange/export_model.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "exchange/import_model.h"
#include "io/array_file.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

using testing::HasSubstr;

class ExportModel : public testing::Test {
 protected:
  void SetUp() override { make_folders(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("export_model_" + std::to_string(::getpid()));
};

template <class Real>
void expect_same(const LanguageModel<Real>& model, const std::filesystem::path& file) {
  export_weights(model, file);
  const ImportedModel again = import_model(*io::open_array_file(file), model.vocabulary(), {});
  const auto& read = std::get<LanguageModel<Real>>(again.model);
  EXPECT_EQ(read.architecture(), model.architecture());
  const auto before = named_tensors(model.parameters());
  const auto after = named_tensors(read.parameters());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(std::equal(before[i].values.begin(), before[i].values.end(),
                           after[i].values.begin(), after[i].values.end()))
        << before[i].name;
  }
}

TEST_F(ExportModel, ComesBackTheSame) {
  for (const char* name : {"m.npz", "m.safetensors"}) {
    for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
      expect_same(model::tiny_model<float>(cell), folder_ / name);
      expect_same(model::tiny_model<double>(cell), folder_ / name);
    }
    expect_same(model::tiny_model<float>(CellKind::kGru, true), folder_ / name);
  }
}

TEST_F(ExportModel, HasTheSameBytesEveryTime) {
  const auto model = model::tiny_model<float>(CellKind::kLstm);
  export_weights(model, folder_ / "a.npz");
  export_weights(model, folder_ / "b.npz");
  EXPECT_EQ(read_file(folder_ / "a.npz"), read_file(folder_ / "b.npz"));
}

TEST_F(ExportModel, SaysWhichNamesAndGrusItCannotWrite) {
  EXPECT_THROW((void)export_format("m.pt"), UsageError);
  EXPECT_THROW((void)pytorch_script(model::tiny_model<float>(CellKind::kGru), "m.npz"), UsageError);
  EXPECT_THAT(pytorch_script(model::tiny_model<float>(CellKind::kGru, true), "m.npz"),
              HasSubstr("torch.nn.GRU(3, 5, 2)"));
}

}  // namespace
}  // namespace stategrad::exchange
