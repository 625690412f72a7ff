// SPDX-License-Identifier: MIT
//
// A model directory in which one file is another: the first byte says which, the rest is the file.
#include <array>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/scratch_folder.h"
#include "exchange/model_folder.h"
#include "fuzz_file.h"
#include "model/digest.h"
#include "model/initialise.h"
#include "model/model_directory.h"
#include "report/training_results.h"
#include "train/checkpoint.h"

namespace stategrad::fuzz {
namespace {

constexpr std::array<const char*, 5> kFiles{"model.json", "vocab.txt", "model.safetensors",
                                            "metrics.csv", "checkpoint/training.safetensors"};

/// A directory that is whole again after each input.
class Directory {
 public:
  Directory() {
    Parameters<float> parameters({.vocab_size = 3, .embedding_size = 2, .size = 2});
    model::initialise(parameters, {});
    exchange::write_model_folder(
        path(), LanguageModel<float>(Vocabulary({"<eos>", "<unk>", "the"}), std::move(parameters)),
        "");
    std::filesystem::create_directory(path() / "checkpoint");
  }
  [[nodiscard]] std::filesystem::path path() const { return scratch_.path() / "model"; }

 private:
  ScratchFolder scratch_{"/dev/shm"};
};

/// As the file, with the digest that its content has: without it nothing else is read.
std::string with_digest(const std::string& text) {
  nlohmann::json content = nlohmann::json::parse(text, nullptr, false);
  if (!content.is_object()) return text;
  const auto dump = [&] {
    return content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  content.erase("digest");
  model::Digest digest;
  digest.add(dump());
  content["digest"] = digest.text();
  return dump();
}

void read_all(const std::filesystem::path& directory) {
  expect_errors_only([&] { static_cast<void>(model::read_model(directory)); });
  expect_errors_only([&] { static_cast<void>(train::read_progress(directory)); });
  expect_errors_only([&] { static_cast<void>(report::training_json(directory, {})); });
}

}  // namespace
}  // namespace stategrad::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stategrad;
  static const fuzz::Directory directory;
  if (size == 0) return 0;
  const std::size_t which = data[0] % fuzz::kFiles.size();
  const auto file = directory.path() / fuzz::kFiles[which];
  const bool there = std::filesystem::exists(file);
  const std::string before = there ? read_file(file) : "";
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  write_file(file, which == 0 ? fuzz::with_digest(text) : text);
  fuzz::read_all(directory.path());
  if (there) {
    write_file(file, before);
  } else {
    std::filesystem::remove(file);
  }
  return 0;
}
