// SPDX-License-Identifier: MIT
#include "sinks/run_description.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/atomic_file.h"
#include "model/digest.h"
#include "stategrad/version.h"

namespace stategrad::sinks {
namespace {

std::string fingerprint(const Vocabulary& vocabulary) {
  model::Digest digest;
  for (const std::string& word : vocabulary.words()) digest.add(word);
  return digest.text();
}

std::string fingerprint(std::span<const WordId> text) {
  model::Digest digest;
  digest.add(std::as_bytes(text));
  return digest.text();
}

/// "0 to 49" for neighbours, else "0, 5, 49".
std::string steps_in_words(const std::vector<int>& steps) {
  if (steps.size() > 2 &&
      static_cast<std::size_t>(steps.back() - steps.front()) + 1 == steps.size()) {
    return fmt::format("{} to {}", steps.front(), steps.back());
  }
  return fmt::format("{}", fmt::join(steps, ", "));
}

std::string states_in_words(const std::vector<StateOfLayer>& states) {
  std::vector<std::string> texts;
  for (const StateOfLayer& state : states) {
    texts.push_back(fmt::format("{} of layer {}", to_string(state.state), state.layer));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

RunDescription describe_run(const GradientRun& run, const Provenance& provenance) {
  return {.program_version = STATEGRAD_VERSION,
          .provenance = provenance,
          .architecture = run.architecture,
          .vocabulary_fingerprint = fingerprint(*run.vocabulary),
          .text_fingerprint = fingerprint(run.text),
          .words = static_cast<std::int64_t>(run.text.size()),
          .states = run.states,
          .max_delay = run.max_delay,
          .rows = run.rows,
          .windowed = run.windowed,
          .num_steps = run.windowed ? run.num_steps : 0,
          .num_windows = run.windowed ? run.num_windows : 0,
          .time_steps = run.windowed ? run.time_steps : std::vector<int>(),
          .sources = run.sources,
          .rank_tolerance = run.rank_tolerance};
}

std::int64_t words_read(const RunDescription& run) {
  return run.windowed ? run.num_windows * run.num_steps : run.words;
}

int delays_that_occur(const RunDescription& run) {
  std::int64_t longest = run.words;
  if (run.windowed) longest = run.time_steps.empty() ? 0 : run.time_steps.back() + 1;
  return static_cast<int>(std::min<std::int64_t>(run.max_delay, longest));
}

std::int64_t count_at_delay(const RunDescription& run, int delay) {
  if (!run.windowed) return std::max<std::int64_t>(0, run.words - delay);
  return run.num_windows * std::count_if(run.time_steps.begin(), run.time_steps.end(),
                                         [&](int step) { return step >= delay; });
}

std::string fingerprint_of_file(const std::filesystem::path& file) {
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  const std::unique_ptr<std::FILE, Close> stream(std::fopen(file.c_str(), "rb"));
  if (!stream) throw_file_error(file, "read", errno);
  std::string chunk(1 << 20, '\0');
  model::Digest digest;
  while (true) {
    const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), stream.get());
    if (std::ferror(stream.get()) != 0) throw_file_error(file, "read", errno);
    digest.add(std::string_view(chunk).substr(0, size));
    if (size < chunk.size()) return digest.text();
  }
}

Facts facts_of(const RunDescription& run) {
  const Architecture& shape = run.architecture;
  const Provenance& from = run.provenance;
  Facts facts = {
      {"program", "stategrad " + run.program_version},
      {"model", from.model},
      {"model_fingerprint", from.model_fingerprint},
      {"text", from.text},
      {"text_fingerprint", run.text_fingerprint},
      {"inputs", std::string(from.vectors ? "vectors" : "words")},
      {"words", run.words},
      {"positions", run.sources.empty() ? std::string("all")
                                        : fmt::format("a sample of {}", run.sources.size())},
      {"cell",
       fmt::format("{}{}", to_string(shape.cell), shape.reset_after ? ", reset after" : "")},
      {"layers", std::int64_t{shape.num_layers}},
      {"vocabulary_size", shape.vocab_size},
      {"vocabulary_fingerprint", run.vocabulary_fingerprint},
      {"embedding_size", std::int64_t{shape.embedding_size}},
      {"size", std::int64_t{shape.size}},
      {"precision", std::string(to_string(from.dtype))},
      {"states", states_in_words(run.states)},
      {"delays", fmt::format("0 to {}", run.max_delay - 1)},
      {"directions",
       fmt::format("{} ({})", run.rows,
                   from.basis.empty() ? "the dimensions of the embedding" : "rows of a basis")},
  };
  if (run.windowed) {
    facts.emplace_back("windows", fmt::format("{} of {} words, time step{} {}", run.num_windows,
                                              run.num_steps, run.time_steps.size() == 1 ? "" : "s",
                                              steps_in_words(run.time_steps)));
  } else {
    facts.emplace_back("windows", std::string("none: continuous"));
  }
  if (run.rank_tolerance == 0) {
    facts.emplace_back("rank_tolerance", std::string("none: exact"));
  } else {
    facts.emplace_back("rank_tolerance", run.rank_tolerance);
  }
  return facts;
}

}  // namespace stategrad::sinks
