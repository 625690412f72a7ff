// SPDX-License-Identifier: MIT
#include "sinks/validity_statistics.h"

#include <cmath>
#include <limits>

#include "sinks/h5_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

class ValidityFile : public H5Test {
 protected:
  void SetUp() override {
    H5Test::SetUp();
    GradientOptions options;
    options.max_delay = 2;
    run_ = describe_run(plan(options), provenance());
  }
  [[nodiscard]] static ValidityStatistics values() {
    return {.asked = 4,
            .sample = {.replacements = {{3, 1}, {20, 5}}, .left_out = {9}},
            .signatures = {0, 2},
            .states = {{.ratio = {1, 2, 0.5, kNone},
                        .cosine = {0.5, -1, 1, kNone},
                        .error = {0.25, 3, 0, kNone}}}};
  }
  [[nodiscard]] std::filesystem::path write(const ValidityStatistics& validity) const {
    const std::filesystem::path file = folder_ / "validity.h5";
    io::Hdf5Writer out(file, io::Hdf5Storage::kMemory);
    write_validity(out, run_, validity);
    out.commit();
    return file;
  }
  [[nodiscard]] std::optional<ValidityStatistics> read(const std::filesystem::path& file,
                                                       std::int64_t signatures = 3) const {
    const io::Hdf5Reader in(file);
    return read_validity(in, file, run_, signatures);
  }
  void expect_refused(const ValidityStatistics& validity, const char* message) const {
    EXPECT_THAT([&] { (void)read(write(validity)); }, ThrowsMessage<DataError>(HasSubstr(message)));
  }
  RunDescription run_;
};

TEST_F(ValidityFile, ReadsAsItWasWritten) {
  const auto back = read(write(values()));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->asked, 4);
  EXPECT_EQ(back->sample.replacements, values().sample.replacements);
  EXPECT_THAT(back->sample.left_out, ElementsAre(9));
  EXPECT_THAT(back->signatures, ElementsAre(0, 2));
  EXPECT_EQ(back->states[0].cosine[1], -1);
  EXPECT_EQ(back->states[0].error[1], 3);
  EXPECT_TRUE(std::isnan(back->states[0].ratio[3]));
}

TEST_F(ValidityFile, MayHaveASampleWithoutAnyPosition) {
  const auto back =
      read(write({.asked = 7, .sample = {}, .signatures = {}, .states = {ValidityValues{}}}));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->asked, 7);
  EXPECT_TRUE(back->sample.replacements.empty());
}

TEST_F(ValidityFile, WithoutTheGroupHasNone) {
  EXPECT_FALSE(read(file_without_groups()).has_value());
}

TEST_F(ValidityFile, ThatWasAlteredIsRefused) {
  EXPECT_THAT([&] { (void)read(write(values()), 2); },
              ThrowsMessage<DataError>(HasSubstr("/validity/signatures: a number that is not")));
  ValidityStatistics bad = values();
  bad.sample.replacements[0].word = 6;
  expect_refused(bad, "/validity/words: a number that is not below 6");
  bad = values();
  bad.sample.replacements[1].position = 3;
  expect_refused(bad, "/validity/positions: value 1 does not rise");
  bad = values();
  bad.asked = 1;
  expect_refused(bad, "samples = 1, for 2 replaced words");
  bad = values();
  bad.states[0].cosine[2] = 1.5;
  expect_refused(bad, "/validity/cell/layer_1/cosine: value 2 is 1.5");
  bad = values();
  bad.states[0].error[0] = -1;
  expect_refused(bad, "/validity/cell/layer_1/error: value 0 is -1");
  bad = values();
  bad.states[0].ratio[0] = kNone;
  expect_refused(bad, "value 0 is a number in some arrays only");
}

TEST_F(ValidityFile, BehindTheLastWordOfTheRunIsRefused) {
  ValidityStatistics bad = values();
  bad.sample.replacements[1].position = words_read(run_);
  expect_refused(bad, "/validity/positions: value 1 does not rise, or is too large");
  bad = values();
  bad.sample.left_out[0] = words_read(run_);
  expect_refused(bad, "/validity/left_out: value 0 does not rise, or is too large");
}

TEST(Validity, OfPiecesIsUnitedByPosition) {
  const ValidityStatistics outer = {
      .asked = 9,
      .sample = {.replacements = {{3, 1}, {20, 5}}, .left_out = {9}},
      .signatures = {0, 2},
      .states = {{.ratio = {1, 2, 3, 4}, .cosine = {0, 0, 0, 1}, .error = {5, 6, 7, 8}}}};
  const ValidityStatistics inner = {
      .asked = 9,
      .sample = {.replacements = {{10, 4}}, .left_out = {7, 12}},
      .signatures = {1},
      .states = {{.ratio = {11, 12}, .cosine = {1, -1}, .error = {13, 14}}}};
  const ValidityStatistics all = united(std::vector{&outer, &inner}, 2);
  EXPECT_EQ(all.asked, 9);
  EXPECT_EQ(all.sample.replacements, (std::vector<Replacement>{{3, 1}, {10, 4}, {20, 5}}));
  EXPECT_THAT(all.sample.left_out, ElementsAre(7, 9, 12));
  EXPECT_THAT(all.signatures, ElementsAre(0, 1, 2));
  EXPECT_THAT(all.states[0].ratio, ElementsAre(1, 2, 11, 12, 3, 4));
  EXPECT_THAT(all.states[0].cosine, ElementsAre(0, 0, 1, -1, 0, 1));
  EXPECT_THAT(all.states[0].error, ElementsAre(5, 6, 13, 14, 7, 8));
}

}  // namespace
}  // namespace stategrad::sinks
