// SPDX-License-Identifier: MIT
#include "io/safetensors.h"

#include <gmock/gmock.h>

#include <cstring>

#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SafetensorsTest : public FolderTest {
 protected:
  void write_example(const std::filesystem::path& file) const {
    write_safetensors(file, {{"format", "test"}, {"cell", "LSTM"}},
                      std::vector<TensorView>{
                          {"z.weight", "F32", {2, 3}, std::as_bytes(std::span(weight_))},
                          {"a.bias", "F64", {2}, std::as_bytes(std::span(bias_))},
                          {"ids", "I64", {1}, std::as_bytes(std::span(ids_))},
                          {"empty", "F32", {0, 3}, {}},
                      });
  }
  std::string message_for(const std::string& content) const {
    write_file(folder_ / "bad.safetensors", content, Durable::kNo);
    try {
      const Safetensors file(folder_ / "bad.safetensors");
    } catch (const DataError& e) {
      return e.what();
    }
    return "no error";
  }
  static std::string with_header(const std::string& header, std::size_t data_bytes) {
    const std::uint64_t length = header.size();
    std::string prefix(8, '\0');
    std::memcpy(prefix.data(), &length, 8);
    return prefix + header + std::string(data_bytes, 'x');
  }

  std::vector<float> weight_ = {1, 2, 3, 4, 5, 6.5F};
  std::vector<double> bias_ = {0.1, -0.2};
  std::vector<std::int64_t> ids_ = {1LL << 40};
};

TEST_F(SafetensorsTest, ReadsBackWhatItWrote) {
  write_example(folder_ / "a.safetensors");
  const Safetensors file(folder_ / "a.safetensors");
  EXPECT_EQ(file.metadata().at("cell"), "LSTM");
  std::vector<float> weight(6);
  std::vector<float> bias(2);
  std::vector<std::int64_t> ids(1);
  file.copy<float>("z.weight", std::vector<std::int64_t>{2, 3}, weight);
  file.copy<float>("a.bias", std::vector<std::int64_t>{2}, bias);
  file.copy("ids", ids);
  EXPECT_EQ(weight, weight_);
  EXPECT_THAT(bias, ElementsAre(0.1F, -0.2F));
  EXPECT_EQ(ids, ids_);
  EXPECT_FALSE(file.contains("b"));
}

TEST_F(SafetensorsTest, APlainReadingOfTheFormatFindsTheSame) {
  write_example(folder_ / "a.safetensors");
  EXPECT_EQ(python("import json, struct, numpy as np\n"
                   "data = open('a.safetensors', 'rb').read()\n"
                   "n = struct.unpack('<Q', data[:8])[0]\n"
                   "assert n % 8 == 0\n"
                   "header = json.loads(data[8:8 + n])\n"
                   "types = {'F32': np.float32, 'F64': np.float64, 'I64': np.int64}\n"
                   "print(header.pop('__metadata__')['format'])\n"
                   "for name, t in header.items():\n"
                   "  a, b = t['data_offsets']\n"
                   "  print(name, np.frombuffer(data[8 + n + a:8 + n + b], types[t['dtype']])"
                   ".reshape(t['shape']).tolist())\n"),
            "test\nz.weight [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]\na.bias [0.1, -0.2]\n"
            "ids [1099511627776]\nempty []\n");
}

TEST_F(SafetensorsTest, EveryTruncationIsRefused) {
  write_example(folder_ / "a.safetensors");
  const std::string whole = read_file(folder_ / "a.safetensors");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(message_for(whole.substr(0, size)), HasSubstr("bad.safetensors: ")) << size;
  }
  EXPECT_THAT(message_for(whole + "x"), HasSubstr("more bytes"));
}

TEST_F(SafetensorsTest, DamagedHeadersAreRefused) {
  const auto tensor = [](const char* shape, int begin, int end, const char* dtype = "F32") {
    return std::string("{\"dtype\":\"") + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
           std::to_string(begin) + "," + std::to_string(end) + "]}";
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "no JSON object"},
      {"{", "damaged"},
      {"{\"a\":1}", "expected"},
      {"{\"a\":" + tensor("[2]", 0, 8) + ",\"a\":" + tensor("[2]", 0, 8) + "}", "twice"},
      {"{\"a\":" + tensor("[2]", 0, 8) + ",\"b\":" + tensor("[1]", 4, 8) + "}", "overlap"},
      {"{\"a\":" + tensor("[1]", 4, 8) + "}", "no tensor"},
      {"{\"a\":" + tensor("[3]", 0, 8) + "}", "do not fit"},
      {"{\"a\":" + tensor("[-2]", 0, 8) + "}", "do not fit"},
      {"{\"a\":" + tensor("[2.0]", 0, 8) + "}", "expected"},
      {"{\"a\":" + tensor("[4294967296,4294967296,16]", 0, 8) + "}", "do not fit"},
      {"{\"a\":" + tensor("[2]", 8, 0) + "}", "rising"},
      {"{\"a\":" + tensor("[2]", 0, 8, "F99") + "}", "F99"},
      {"{\"a\":" + tensor("[200]", 0, 800) + "}", "truncated"},
      {"{\"__metadata__\":3}", "__metadata__"},
      {"{\"__metadata__\":{\"x\":3}}", "'x'"},
  };
  for (const auto& [header, expected] : cases) {
    EXPECT_THAT(message_for(with_header(header, 8)), HasSubstr(expected)) << header;
  }
  EXPECT_THAT(message_for(std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)),
              HasSubstr("announced"));
}

TEST_F(SafetensorsTest, MissingTensorsAndOtherShapesAreNamed) {
  write_example(folder_ / "a.safetensors");
  const Safetensors file(folder_ / "a.safetensors");
  std::vector<float> out(6);
  const std::vector<std::int64_t> shape = {3, 2};
  EXPECT_THROW(file.copy<float>("none", shape, out), DataError);
  EXPECT_THROW(file.copy<float>("z.weight", shape, out), DataError);
  EXPECT_THROW(file.copy<float>("ids", std::vector<std::int64_t>{1}, out), DataError);
}

TEST_F(SafetensorsTest, TensorsThatDoNotFitAreNotWritten) {
  const std::vector<TensorView> wrong = {{"a", "F32", {3}, std::as_bytes(std::span(bias_))}};
  EXPECT_THROW(write_safetensors(folder_ / "x", {}, wrong), UsageError);
  const std::vector<TensorView> twice = {{"a", "F64", {2}, std::as_bytes(std::span(bias_))},
                                         {"a", "F64", {2}, std::as_bytes(std::span(bias_))}};
  EXPECT_THROW(write_safetensors(folder_ / "x", {}, twice), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x"));
}

}  // namespace
}  // namespace stategrad::io
