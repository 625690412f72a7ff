// SPDX-License-Identifier: MIT
#include "base/config_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text_format.h"

namespace stategrad {
namespace {

/// Layers, units, steps and streams beyond this are typing errors, whatever the memory.
constexpr std::int64_t kLargestSize = 1'000'000;

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> to_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

ConfigKey text_key(std::string name, std::string Config::*member, std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .allowed = "text without blanks",
          .set =
              [member](Config& config, std::string_view value) {
                // The published files switch keys off with False.
                config.*member = value == "False" ? "" : std::string(value);
                return true;
              },
          .get = [member](const Config& config) -> std::optional<std::string> {
            if ((config.*member).empty()) return std::nullopt;
            return config.*member;
          }};
}

ConfigKey required_text_key(std::string name, std::string Config::*member, std::string help) {
  ConfigKey key = text_key(std::move(name), member, std::move(help));
  key.required = true;
  return key;
}

ConfigKey flag_key(std::string name, bool Config::*member, std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .allowed = "True or False",
          .set =
              [member](Config& config, std::string_view value) {
                if (value != "True" && value != "False") return false;
                config.*member = value == "True";
                return true;
              },
          .get = [member](const Config& config) -> std::optional<std::string> {
            return config.*member ? "True" : "False";
          }};
}

template <class Member>
ConfigKey integer_key(std::string name, Member Config::*member, std::int64_t least,
                      std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .allowed = fmt::format("an integer from {} to {}", least, kLargestSize),
          .set =
              [member, least](Config& config, std::string_view value) {
                const auto number = to_integer(value);
                if (!number || *number < least || *number > kLargestSize) return false;
                config.*member = static_cast<int>(*number);
                return true;
              },
          .get = [member](const Config& config) -> std::optional<std::string> {
            const std::optional<std::int64_t> value = config.*member;
            if (!value) return std::nullopt;
            return fmt::format("{}", *value);
          }};
}

template <class Allowed>
ConfigKey number_key(std::string name, double Config::*member, std::string allowed, Allowed check,
                     std::string help) {
  return {.name = std::move(name),
          .help = std::move(help),
          .allowed = std::move(allowed),
          .set =
              [member, check](Config& config, std::string_view value) {
                const auto number = to_number(value);
                if (!number || !std::isfinite(*number) || !check(*number)) return false;
                config.*member = *number;
                return true;
              },
          .get = [member](const Config& config) -> std::optional<std::string> {
            return format_number(config.*member);
          }};
}

ConfigKey positive_key(std::string name, double Config::*member, std::string help) {
  return number_key(
      std::move(name), member, "a finite number above 0", [](double x) { return x > 0; },
      std::move(help));
}

template <class Enum, std::size_t N>
using Choices = std::array<std::pair<const char*, Enum>, N>;

template <class Member, class Enum, std::size_t N>
ConfigKey choice_key(std::string name, Member Config::*member, Choices<Enum, N> choices,
                     std::string help) {
  std::string allowed = "one of ";
  for (std::size_t i = 0; i < N; ++i)
    allowed += (i == 0 ? "" : ", ") + std::string(choices[i].first);
  return {.name = std::move(name),
          .help = std::move(help),
          .allowed = std::move(allowed),
          .set =
              [member, choices](Config& config, std::string_view value) {
                for (const auto& [text, choice] : choices) {
                  if (value != text) continue;
                  config.*member = choice;
                  return true;
                }
                return false;
              },
          .get = [member, choices](const Config& config) -> std::optional<std::string> {
            const std::optional<Enum> value = config.*member;
            for (const auto& [text, choice] : choices) {
              if (value == choice) return text;
            }
            return std::nullopt;
          }};
}

/// vocab is False or a number.
ConfigKey vocab_key() {
  ConfigKey key = integer_key("vocab", &Config::vocab, 1,
                              "vocabulary size in thousands, which picks the files "
                              "train_10k-unk.txt …; False: train.txt …");
  key.allowed = "False or " + key.allowed;
  key.set = [set = key.set](Config& config, std::string_view value) {
    if (value != "False") return set(config, value);
    config.vocab = 0;
    return true;
  };
  key.get = [](const Config& config) -> std::optional<std::string> {
    return config.vocab == 0 ? "False" : fmt::format("{}", config.vocab);
  };
  return key;
}

/// embedding_size is the same as size unless given.
ConfigKey embedding_size_key() {
  ConfigKey key = integer_key("embedding_size", &Config::embedding_size, 1,
                              "size of the embeddings, E; size unless given");
  key.get = [](const Config& config) -> std::optional<std::string> {
    return fmt::format("{}", config.effective_embedding_size());
  };
  return key;
}

ConfigKey vocab_size_key() {
  ConfigKey key = integer_key("vocab_size", &Config::vocab_size, 0,
                              "overwritten by the real size of the vocabulary");
  key.allowed = "an integer of 0 or more";
  key.set = [](Config& config, std::string_view value) {
    const auto number = to_integer(value);
    if (!number || *number < 0) return false;
    config.vocab_size = *number;
    return true;
  };
  return key;
}

std::vector<ConfigKey> place_keys() {
  return {
      required_text_key("save_path", &Config::save_path, "model directory"),
      text_key("log_dir", &Config::log_dir, "folder of the log files"),
      text_key("log", &Config::log,
               "name of the log, the last part of save_path unless given; never overwritten"),
      required_text_key("data_path", &Config::data_path,
                        "folder with train.txt, valid.txt and test.txt"),
      text_key("other_test", &Config::other_test, "another test file"),
      flag_key("valid_as_test", &Config::valid_as_test, "test on the validation file"),
      text_key("save_embedding", &Config::save_embedding,
               "write the embedding matrix to this .npy file and stop"),
  };
}

std::vector<ConfigKey> text_keys() {
  return {
      vocab_size_key(),
      vocab_key(),
      choice_key("encoding", &Config::encoding,
                 Choices<std::string, 7>{{{"utf-8", "utf-8"},
                                          {"ascii", "ascii"},
                                          {"latin-1", "latin-1"},
                                          {"iso-8859-1", "iso-8859-1"},
                                          {"iso-8859-15", "iso-8859-15"},
                                          {"cp1252", "cp1252"},
                                          {"utf-16", "utf-16"}}},
                 "encoding of the text files"),
      flag_key("no_eos", &Config::no_eos, "a newline is a plain blank, not <eos>"),
      text_key("read_vocab_from_file", &Config::read_vocab_from_file,
               "file of word<TAB>id lines; extended with the words of the training file"),
      text_key("save_dict", &Config::save_dict, "write the vocabulary as word<TAB>id lines"),
      text_key("pretrained_embeddings", &Config::pretrained_embeddings,
               "folder with all.npy [V, E] and dict; these embeddings are not trained"),
      flag_key("fixed_embeddings", &Config::fixed_embeddings, "do not train the embeddings"),
  };
}

std::vector<ConfigKey> model_keys() {
  return {
      choice_key("basic_cell", &Config::basic_cell,
                 Choices<CellKind, 3>{
                     {{"LSTM", CellKind::kLstm}, {"GRU", CellKind::kGru}, {"RNN", CellKind::kRnn}}},
                 "recurrent cell"),
      flag_key("reset_after", &Config::reset_after,
               "GRU: apply the reset gate after the recurrent product, as PyTorch does"),
      integer_key("num_layers", &Config::num_layers, 1, "recurrent layers"),
      integer_key("size", &Config::size, 1, "units of a layer, H"),
      embedding_size_key(),
      choice_key("dtype", &Config::dtype,
                 Choices<DType, 2>{{{"float32", DType::kFloat32}, {"float64", DType::kFloat64}}},
                 "precision of weights and computations"),
  };
}

std::vector<ConfigKey> training_keys() {
  return {
      integer_key("num_steps", &Config::num_steps, 1, "words of a window, T"),
      integer_key("batch_size", &Config::batch_size, 1, "parallel streams of text, B"),
      positive_key("init_scale", &Config::init_scale, "weights start uniform in ± this"),
      flag_key("random", &Config::random, "take the seed from the clock"),
      number_key(
          "forget_bias", &Config::forget_bias, "a finite number", [](double) { return true; },
          "LSTM: added to the forget gate"),
      number_key(
          "dropout", &Config::dropout, "a number in (0, 1]",
          [](double x) { return x > 0 && x <= 1; }, "probability to KEEP a unit while training"),
      flag_key("no_emb_dropout", &Config::no_emb_dropout, "no dropout on the input embeddings"),
      choice_key("optimizer", &Config::optimizer,
                 Choices<Optimizer, 3>{{{"sgd", Optimizer::kSgd},
                                        {"adam", Optimizer::kAdam},
                                        {"adagrad", Optimizer::kAdagrad}}},
                 "how the gradients change the weights"),
      positive_key("learning_rate", &Config::learning_rate, "learning rate of the first epochs"),
      positive_key("max_grad_norm", &Config::max_grad_norm, "gradients are clipped to this norm"),
      choice_key("softmax", &Config::softmax,
                 Choices<Softmax, 2>{{{"full", Softmax::kFull}, {"sampled", Softmax::kSampled}}},
                 "full, or while training against 32 sampled words only"),
      choice_key("trainer", &Config::trainer,
                 Choices<TrainerKind, 2>{{{"trainer", TrainerKind::kTrainer},
                                          {"earlyStopping", TrainerKind::kEarlyStopping}}},
                 "run all epochs, or stop when validation stops improving"),
      integer_key("early_stop", &Config::early_stop, 1,
                  "earlyStopping: how many epochs to compare"),
      integer_key("max_epoch", &Config::max_epoch, 0, "epochs at the full learning rate"),
      positive_key("lr_decay", &Config::lr_decay, "factor of the rate in every later epoch"),
      integer_key("max_max_epoch", &Config::max_max_epoch, 1, "epochs in all"),
  };
}

std::vector<ConfigKey> gradient_keys() {
  return {
      choice_key(
          "grad_interm", &Config::grad_interm,
          Choices<StateKind, 2>{{{"cell", StateKind::kCell}, {"hidden", StateKind::kHidden}}},
          "compute state gradients of this state when validating without training"),
      integer_key("time_step", &Config::time_step, 0,
                  "step of the window whose state gradients are wanted, from 0"),
      integer_key("max_delay", &Config::max_delay, 1, "number of delays, from 0 on"),
      text_key("grad_dir", &Config::grad_dir, "folder of the state gradients"),
  };
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> all;
    for (auto group : {place_keys(), text_keys(), model_keys(), training_keys(), gradient_keys()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return keys;
}

}  // namespace stategrad
