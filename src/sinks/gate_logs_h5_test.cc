// SPDX-License-Identifier: MIT
#include "sinks/gate_logs_h5.h"

#include "sinks/h5_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class GateLogsFile : public H5Test {
 protected:
  [[nodiscard]] static gradient::GateLogs logs() {
    return {.layers = 2, .blocks = 2, .size = 1, .count = {4, 3}, .sum = {-1.5, 0, -2.5, -3.5}};
  }
  [[nodiscard]] std::filesystem::path write(const gradient::GateLogs& gates) const {
    const std::filesystem::path file = folder_ / "gates.h5";
    io::Hdf5Writer out(file, io::Hdf5Storage::kMemory);
    write_gate_logs(out, gates);
    out.commit();
    return file;
  }
  [[nodiscard]] static std::optional<gradient::GateLogs> read(const std::filesystem::path& file,
                                                              int blocks = 2,
                                                              CellKind cell = CellKind::kGru) {
    const io::Hdf5Reader in(file);
    return read_gate_logs(in, file, {.cell = cell, .num_layers = 2, .size = 1}, blocks);
  }
};

TEST_F(GateLogsFile, ReadsAsItWasWritten) {
  const auto read_back = read(write(logs()));
  ASSERT_TRUE(read_back.has_value());
  EXPECT_EQ(read_back->count, logs().count);
  EXPECT_EQ(read_back->sum, logs().sum);
  EXPECT_EQ(read_back->of_layer(1)[1], -3.5);
}

TEST_F(GateLogsFile, WithoutTheGroupHasNone) {
  EXPECT_FALSE(read(file_without_groups()).has_value());
}

TEST_F(GateLogsFile, ThatWasAlteredIsRefused) {
  const auto file = write(logs());
  EXPECT_THAT([&] { (void)read(file, 3); }, ThrowsMessage<DataError>(HasSubstr("/gates/count")));
  EXPECT_THAT([&] { (void)read(file, 2, CellKind::kRnn); },
              ThrowsMessage<DataError>(HasSubstr("/gates/count: a plain RNN has no gates")));
  gradient::GateLogs above = logs();
  above.sum[1] = 0.5;
  EXPECT_THAT([&] { (void)read(write(above)); },
              ThrowsMessage<DataError>(HasSubstr("/gates/log_sum: above zero")));
}

}  // namespace
}  // namespace stategrad::sinks
