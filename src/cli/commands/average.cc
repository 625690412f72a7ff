// SPDX-License-Identifier: MIT
//
// The original's avg_gradient_matrix.py and avg_gradient_matrix_pos.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "analysis/average_files.h"
#include "analysis/gradient_folders.h"
#include "base/text_format.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "stategrad/errors.h"
#include "text/tag_lexicon.h"
#include "text/word_classes.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPacked = "npz";

struct Arguments {
  std::string folder;
  std::string delay;
  std::string classes;
  std::string tags;
  std::string npz;
  bool overwrite = false;
};

/// Says of words whether they can have a tag of the class, and remembers those without tags.
class WordsOfClass {
 public:
  WordsOfClass(const std::string& classes, const std::string& tags)
      : tags_(text::read_tags(classes)), lexicon_(text::read_tag_lexicon(tags)) {}

  bool operator()(std::string_view word) {
    const auto found = lexicon_.find(std::string(word));
    if (found == lexicon_.end()) {
      unknown_.emplace(word);
      return false;
    }
    return std::any_of(found->second.begin(), found->second.end(), [&](const std::string& tag) {
      return std::find(tags_.begin(), tags_.end(), tag) != tags_.end();
    });
  }
  [[nodiscard]] std::size_t unknown() const { return unknown_.size(); }

 private:
  std::vector<std::string> tags_;
  text::TagLexicon lexicon_;
  std::unordered_set<std::string> unknown_;
};

/// The trailing `npz` of the original's scripts says what is found out here anyway.
Arguments without_npz(Arguments arguments) {
  std::string& last = arguments.npz.empty() ? arguments.classes : arguments.npz;
  if (last == kPacked && (&last == &arguments.npz || arguments.tags.empty())) last.clear();
  if (!arguments.npz.empty()) {
    throw UsageError(
        fmt::format("'{}' after TAGS: only '{}' may stand there", arguments.npz, kPacked));
  }
  if (!arguments.classes.empty() && arguments.tags.empty()) {
    throw UsageError(
        fmt::format("CLASSES '{}' without TAGS: the tags of words are needed", arguments.classes));
  }
  return arguments;
}

std::vector<int> wanted_delays(const Arguments& arguments) {
  if (arguments.delay == "all") return analysis::delays_below(arguments.folder);
  int delay = -1;
  const char* end = arguments.delay.data() + arguments.delay.size();
  const auto [rest, error] = std::from_chars(arguments.delay.data(), end, delay);
  if (error != std::errc{} || rest != end || delay < 0) {
    throw UsageError(
        fmt::format("DELAY is '{}': a number from 0, or 'all', was expected", arguments.delay));
  }
  return {delay};
}

fs::path target(const Arguments& arguments, int delay) {
  return analysis::average_file(arguments.folder, delay,
                                fs::path(arguments.classes).filename().string());
}

/// Looks at everything but the matrices, so that what is missing is found before hours of reading.
/// @returns how many matrices there are
std::int64_t check(const Arguments& arguments, const std::vector<int>& delays,
                   const analysis::TakesWord& takes) {
  std::int64_t total = 0;
  std::vector<fs::path> targets;
  for (const int delay : delays) {
    std::int64_t taken = 0;
    for (const auto& folder : analysis::folders_of_delay(arguments.folder, delay)) {
      total += folder.count;
      if (!takes) continue;
      const std::vector<bool> chosen = analysis::matrices_of_words(folder, takes);
      taken += std::count(chosen.begin(), chosen.end(), true);
    }
    if (takes && taken == 0) {
      throw DataError(
          arguments.folder, "",
          fmt::format("no word at delay {} can have a tag of {}", delay, arguments.classes));
    }
    targets.push_back(target(arguments, delay));
  }
  require_absent(targets, arguments.overwrite);
  return total;
}

void average(const Session& session, const Arguments& given) {
  const Arguments arguments = without_npz(given);
  const std::vector<int> delays = wanted_delays(arguments);
  std::optional<WordsOfClass> words;
  analysis::AverageOptions options;
  if (!arguments.classes.empty()) {
    words.emplace(arguments.classes, arguments.tags);
    options.takes = std::ref(*words);
  }
  const std::int64_t total = check(arguments, delays, options.takes);
  if (words && words->unknown() > 0) {
    session.note(fmt::format("{} words have no tags in {} and are in no class",
                             format_count(static_cast<std::int64_t>(words->unknown())),
                             arguments.tags));
  }
  auto progress = session.make_progress("averaging", "matrices", total);
  std::int64_t done = 0;
  options.on_matrix = [&] {
    stop_if_asked(session, "averages that were written before are whole");
    ++done;
    if (progress) progress->update(done);
  };
  std::int64_t taken = 0;
  for (const int delay : delays) {
    const auto result =
        analysis::average(analysis::folders_of_delay(arguments.folder, delay), options);
    analysis::write_matrix(target(arguments, delay), result.mean);
    taken += result.count;
  }
  progress.reset();
  summarise(session, fmt::format("averages of {} of {} matrices of {} delays", format_count(taken),
                                 format_count(total), delays.size()));
}

}  // namespace

void add_average(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "average", "Average state gradients over windows and time steps, for a delay and a class");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("DIR", arguments->folder,
                   "The folder that holds timestep_<t>/delay_<d>, .npy files or all.npz")
      ->required();
  command->add_option("DELAY", arguments->delay, "A delay, or 'all'")->required();
  command->add_option("CLASSES", arguments->classes,
                      "A file of tags: only words that can have one of them");
  command->add_option("TAGS", arguments->tags, "The tags of words: lines word<TAB>['NN', 'VB']");
  command->add_option("NPZ", arguments->npz, "'npz', as for the original's scripts; has no effect");
  add_overwrite_option(*command, arguments->overwrite);
  add_common_options(*command, session, false);
  command->footer(
      "Writes DIR/delay_<d>_avg.npy or DIR/delay_<d>_avg_<class>.npy, <class> being the name of "
      "the\n"
      "file CLASSES. A folder that has both .npy files and all.npz is counted once.\n\n" +
      examples({
          "stategrad average gradients/grad_mine all",
          "stategrad average gradients/grad_mine 3",
          "stategrad average gradients/grad_mine all classes/nouns tags.txt",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { average(session, *arguments); };
  });
}

}  // namespace stategrad::cli
