// SPDX-License-Identifier: MIT
#include "base/text_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace stategrad {
namespace {

TEST(TextFormat, NumbersReadBackExactly) {
  for (const double value : {0.1, 1.0 / 3, 1e300, -2.3e-308, 123456789.0, 218.6}) {
    EXPECT_EQ(std::stod(format_number(value)), value);
  }
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(0.1F), "0.1");
  EXPECT_EQ(format_number(1.0), "1");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(format_number(std::nan("")), "nan");
}

TEST(TextFormat, CountsHaveThousandsSeparators) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(-1234567), "-1,234,567");
}

TEST(TextFormat, BytesAreInPowersOfAThousand) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(999), "999 bytes");
  EXPECT_EQ(format_bytes(1500), "1.5 kB");
  EXPECT_EQ(format_bytes(999'960), "1.0 MB");
  EXPECT_EQ(format_bytes(211'000'000'000), "211.0 GB");
  EXPECT_EQ(format_bytes(std::numeric_limits<std::uintmax_t>::max()), "18.4 EB");
}

TEST(TextFormat, BytesAreReadAsTheyAreWritten) {
  EXPECT_EQ(parse_bytes("2GB"), 2'000'000'000U);
  EXPECT_EQ(parse_bytes("500mb"), 500'000'000U);
  EXPECT_EQ(parse_bytes("1.5 kB"), 1500U);
  EXPECT_EQ(parse_bytes("3GiB"), std::uintmax_t{3} << 30);
  EXPECT_EQ(parse_bytes("64k"), 64'000U);
  EXPECT_EQ(parse_bytes("4096"), 4096U);
  EXPECT_EQ(parse_bytes("7 B"), 7U);
  for (const char* wrong :
       {"", "GB", "-1GB", "0", "2XB", "2GBB", "nan", "1e30", "2 GB more", "iB"}) {
    EXPECT_EQ(parse_bytes(wrong), std::nullopt) << wrong;
  }
}

TEST(TextFormat, DurationsGrowFromSecondsToHours) {
  EXPECT_EQ(format_duration(-1), "0 s");
  EXPECT_EQ(format_duration(4.2), "4 s");
  EXPECT_EQ(format_duration(59.6), "1:00");
  EXPECT_EQ(format_duration(3661), "1:01:01");
}

TEST(TextFormat, NearestAllowsAThirdOfTheWordToDiffer) {
  const std::vector<std::string> keys = {"size", "num_layers", "num_steps", "dropout"};
  EXPECT_EQ(nearest("num_layer", keys), "num_layers");
  EXPECT_EQ(nearest("dorpout", keys), "dropout");
  EXPECT_EQ(nearest("szie", keys), "size");
  EXPECT_EQ(nearest("wholly_different", keys), std::nullopt);
  EXPECT_EQ(nearest("", keys), std::nullopt);
  EXPECT_EQ(did_you_mean("sice", keys), ", did you mean 'size'?");
  EXPECT_EQ(did_you_mean("xxxxxxx", keys), "");
}

TEST(TextFormat, ClosestIsNamedHoweverFarItIs) {
  const std::vector<std::string> keys = {"size", "num_layers", "num_steps", "dropout"};
  EXPECT_EQ(closest("num_layer", keys), "num_layers");
  EXPECT_EQ(closest("number_of_steps", keys), "num_steps");
  EXPECT_EQ(closest(std::string(100000, 'x'), keys), "size");
  EXPECT_EQ(closest("", keys), "size");
}

}  // namespace
}  // namespace stategrad
