// SPDX-License-Identifier: MIT
#include "train/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/training_size.h"
#include "model/parameters.h"
#include "stategrad/errors.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(EstimateMemory, CountsEveryCopyOfTheWeights) {
  Config config;
  config.num_layers = 3;
  config.optimizer = Optimizer::kAdam;
  const Architecture shape = architecture_of(config, 1000);
  const auto bytes = static_cast<double>(flatten(Parameters<float>(shape)).size()) * sizeof(float);
  EXPECT_NEAR(estimate_memory(config, shape).weights, 5 * bytes, 1);
  EXPECT_NEAR(estimate_disk(config, shape), 8 * bytes, 1);
  config.optimizer = Optimizer::kSgd;
  config.dtype = DType::kFloat64;
  EXPECT_NEAR(estimate_memory(config, shape).weights, 6 * bytes, 1);
}

TEST(CheckMemory, NamesTheKeysToReduce) {
  Config config;
  check_memory(config, architecture_of(config, 10000));
  config.size = 2000000000;
  EXPECT_THAT([&] { check_memory(config, architecture_of(config, 10000)); },
              ThrowsMessage<ResourceError>(HasSubstr("size (2000000000)")));
  config.size = 256;
  config.batch_size = 2000000000;
  EXPECT_THAT([&] { check_memory(config, architecture_of(config, 10000)); },
              ThrowsMessage<ResourceError>(HasSubstr("reduce batch_size (2000000000)")));
}

TEST(CheckMemoryLimit, NamesLimitPartsAndKeys) {
  Config config;
  const Architecture shape = architecture_of(config, 10000);
  const auto need = static_cast<std::uintmax_t>(estimate_memory(config, shape).total());
  EXPECT_NO_THROW(check_memory_limit(config, shape, need + 1001, 1000));
  EXPECT_THAT([&] { check_memory_limit(config, shape, need, 50'000'000); },
              ThrowsMessage<ResourceError>(testing::AllOf(
                  HasSubstr("for weights and their gradients"), HasSubstr("50.0 MB for program"),
                  HasSubstr("memory limit is"), HasSubstr("reduce "))));
}

TEST(CheckDisk, NamesTheFolder) {
  Config config;
  const TemporaryDirectory directory;
  const auto place = directory.path() / "not" / "there" / "yet";
  check_disk(config, architecture_of(config, 100), place);
  config.size = 2000000000;
  EXPECT_THAT([&] { check_disk(config, architecture_of(config, 100), place); },
              ThrowsMessage<ResourceError>(HasSubstr(place.string())));
}

}  // namespace
}  // namespace stategrad::train
