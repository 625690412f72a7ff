// SPDX-License-Identifier: MIT
#include "model/compatible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RequireCompatible : public testing::Test {
 protected:
  static LoadedConfig loaded(std::vector<std::string> overrides) {
    overrides.insert(overrides.begin(), {"save_path=m", "data_path=d"});
    return config_from_overrides(overrides);
  }
  RequireCompatible() { trained_.config = loaded({"size=8", "num_steps=10"}).config; }
  void check(const std::vector<std::string>& overrides) const {
    const LoadedConfig now = loaded(overrides);
    require_compatible(trained_, now.config, now.keys_set);
  }
  ModelDescription trained_;
};

TEST_F(RequireCompatible, PathsWindowsAndGradientKeysMayDiffer) {
  EXPECT_NO_THROW(check({"data_path=other", "batch_size=3", "num_steps=7", "max_delay=4",
                         "grad_interm=cell", "grad_dir=g", "log=x", "vocab_size=99"}));
}

TEST_F(RequireCompatible, KeysThatWereNotGivenFollowTheModel) { EXPECT_NO_THROW(check({})); }

TEST_F(RequireCompatible, EveryOtherDifferenceNamesBothValues) {
  EXPECT_THAT(
      [&] {
        check({"size=9", "basic_cell=GRU"});
      },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("size is 9"), HasSubstr("trained with 8"),
                                      HasSubstr("basic_cell is GRU"),
                                      HasSubstr("trained with LSTM"))));
}

TEST_F(RequireCompatible, EmbeddingSizeMayBeWrittenOutOrLeftToTheSize) {
  EXPECT_NO_THROW(check({"size=8", "embedding_size=8"}));
  EXPECT_THROW(check({"embedding_size=7"}), UsageError);
}

}  // namespace
}  // namespace stategrad::model
