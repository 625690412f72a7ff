// SPDX-License-Identifier: MIT
#include "text/synthetic_corpus.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "stategrad/errors.h"
#include "text/output_folder.h"

namespace stategrad::text {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunk = 1 << 20;

/// Draws sentences into a file until it has at least the words wanted.
class PartWriter {
 public:
  PartWriter(const SyntheticLanguage& language, const CorpusRequest& request)
      : language_(language), request_(request) {}

  CorpusPart write(const std::string& name, std::int64_t words, std::uint64_t stream) {
    CorpusPart part;
    part.name = name;
    AtomicFile file(request_.folder / (name + ".txt"));
    RandomStream random(request_.seed, stream);
    LanguagePosition position(language_);
    double log_probability = 0;
    bool ended = false;
    while (part.words < words || !ended) {
      const WordId id = position.draw(random);
      if (part.words > 0) log_probability += std::log(position.probability(id));
      position.advance(id);
      ended = id == SyntheticLanguage::kEnd;
      ++part.words;
      if (!ended) {
        line_ += language_.words()[id].text;
        line_ += ' ';
        continue;
      }
      ++part.sentences;
      line_.back() = '\n';
      if (line_.size() >= kChunk) flush(file, part.words);
    }
    flush(file, part.words);
    file.commit();
    done_ += part.words;
    part.perplexity = std::exp(-log_probability / static_cast<double>(part.words - 1));
    return part;
  }

 private:
  void flush(AtomicFile& file, std::int64_t words) {
    file.write(line_);
    line_.clear();
    if (request_.on_progress) request_.on_progress(done_ + words);
  }
  const SyntheticLanguage& language_;
  const CorpusRequest& request_;
  std::string line_;
  std::int64_t done_ = 0;
};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string tag_lines(const SyntheticLanguage& language) {
  std::string lines;
  for (const SyntheticWord& word : language.words()) {
    lines += fmt::format("{}\t['{}']\n", word.text, word.tag);
  }
  return lines;
}

/// The tags of every class file.
std::map<std::string, std::vector<std::string>> class_files(const SyntheticLanguage& language) {
  std::map<std::string, std::vector<std::string>> files;
  for (const char* third : {"frequent", "middle", "rare"}) {
    const std::string tag = upper(fmt::format("filler_{}", third));
    files["fillers"].push_back(tag);
    files[fmt::format("fillers_{}", third)].push_back(tag);
  }
  for (const int lag : language.options().lags) {
    for (int c = 0; c < language.options().classes; ++c) {
      for (const char* kind : {"cue", "answer"}) {
        const std::string name = fmt::format("{}{}", lag, static_cast<char>('a' + c));
        const std::string tag = upper(kind + name);
        files[fmt::format("{}s", kind)].push_back(tag);
        files[fmt::format("{}s_{}", kind, lag)].push_back(tag);
        files[fmt::format("{}s_{}", kind, name)].push_back(tag);
      }
    }
  }
  return files;
}

/// Class files of an earlier language would be mistaken for those of this one.
void remove_class_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    for (const std::string_view group : {"cues", "answers", "fillers"}) {
      if (name == group || name.starts_with(std::string(group) + "_"))
        stale.push_back(entry.path());
    }
  }
  for (const fs::path& path : stale) {
    if (!fs::remove(path, error) || error) throw_file_error(path, "remove", error.value());
  }
}

void write_class_files(const SyntheticLanguage& language, const fs::path& folder) {
  make_folders(folder);
  remove_class_files(folder);
  for (const auto& [name, tags] : class_files(language)) {
    write_file(folder / name, fmt::format("{}\n", fmt::join(tags, "\n")), Durable::kNo);
  }
}

nlohmann::ordered_json word_json(const SyntheticLanguage& language, const SyntheticWord& word) {
  nlohmann::ordered_json json;
  json["word"] = word.text;
  json["kind"] = to_string(word.kind);
  json["tag"] = word.tag;
  json["frequency"] = word.frequency;
  if (word.slot >= 0) {
    json["lag"] = language.options().lags[word.slot];
    json["class"] = std::string(1, static_cast<char>('a' + word.word_class));
  }
  return json;
}

std::string description(const SyntheticLanguage& language, const CorpusRequest& request,
                        const std::vector<CorpusPart>& parts) {
  const LanguageOptions& options = language.options();
  nlohmann::ordered_json json;
  json["format"] = "stategrad synthetic language";
  json["version"] = 1;
  json["seed"] = request.seed;
  json["options"] = {{"lags", options.lags},
                     {"classes", options.classes},
                     {"class_words", options.class_words},
                     {"fillers", options.fillers},
                     {"cue_probability", options.cue_probability},
                     {"end_probability", options.end_probability}};
  json["entropy_nats_per_word"] = language.entropy_rate();
  json["perplexity"] = language.perplexity();
  json["words_per_sentence"] = language.sentence_length();
  for (const CorpusPart& part : parts) {
    json["parts"][part.name] = {
        {"sentences", part.sentences}, {"words", part.words}, {"perplexity", part.perplexity}};
  }
  for (const SyntheticWord& word : language.words()) {
    json["words"].push_back(word_json(language, word));
  }
  return json.dump(1) + '\n';
}

/// A table of the slots in Markdown.
std::string slot_table(const SyntheticLanguage& language) {
  const LanguageOptions& options = language.options();
  std::string table =
      "| lag | cues | answers | share of a cue's class among all words |\n"
      "| --- | --- | --- | --- |\n";
  for (int slot = 0; slot < language.slots(); ++slot) {
    const int last = options.classes - 1;
    const auto text = [&](WordId id) { return language.words()[id].text; };
    table += fmt::format("| {} | {} … {} | {} … {} | {:.2f} % |\n", options.lags[slot],
                         text(language.cue(slot, 0, 0)),
                         text(language.cue(slot, last, options.class_words - 1)),
                         text(language.answer(slot, 0)), text(language.answer(slot, last)),
                         100 * language.words()[language.answer(slot, 0)].frequency);
  }
  return table;
}

std::string explanation(const SyntheticLanguage& language, const std::vector<CorpusPart>& parts) {
  const LanguageOptions& options = language.options();
  std::string text = fmt::format(
      "# A synthetic language\n\nWritten by `stategrad synth`; description.json says the same to "
      "programs.\n\n"
      "A cue such as cue{0}a1 fixes the word {0} words later: answer{0}a, after any cue of class a "
      "of that\nlag. Until then no other cue of the same lag comes; afterwards the cue is of no "
      "use, and the next\none of its lag takes its place. Cues of different lags overlap freely. "
      "Fillers carry nothing:\nfiller1 is the most frequent one, the probability of the others "
      "falls like 1 / number.\n\n"
      "So up to its lag a model must remember the class of a cue and when it came, and nothing "
      "else. The\nstate that predicts an answer has read the cue lag - 1 words before: with state "
      "gradients, the last\ndelay at which a cue is of use is lag - 1.\n\n",
      options.lags[0]);
  text += slot_table(language);
  text += fmt::format(
      "\nThe next word is an answer if one is due. Else each lag whose cue may come has it with "
      "probability\n{} (its {} classes of {} cues are equally likely; a cue whose answer would be "
      "due together with\nanother one may not come), the sentence ends with probability {} if no "
      "answer is pending, and what\nremains goes to the {} fillers. A sentence has {:.1f} words on "
      "average, its end included.\n\n",
      options.cue_probability, options.classes, options.class_words, options.end_probability,
      options.fillers, language.sentence_length());
  text += fmt::format(
      "The past gives the distribution of the next word exactly. The entropy is {:.6f} nats per "
      "word:\na perplexity of {:.4f} in the long run. For the words of these very texts, the first "
      "word of each\nleft out as `stategrad eval` does:\n\n"
      "| part | sentences | words, `<eos>` included | perplexity of the language itself |\n"
      "| --- | --- | --- | --- |\n",
      language.entropy_rate(), language.perplexity());
  for (const CorpusPart& part : parts) {
    text += fmt::format("| {} | {} | {} | {:.4f} |\n", part.name, format_count(part.sentences),
                        format_count(part.words), part.perplexity);
  }
  return text + "\ntags.txt gives each word its tag; the files of classes/ unite tags.\n";
}

}  // namespace

std::vector<CorpusPart> write_synthetic_corpus(const SyntheticLanguage& language,
                                               const CorpusRequest& request) {
  const std::array<std::pair<const char*, std::int64_t>, 3> wanted{{{"train", request.train_words},
                                                                    {"valid", request.valid_words},
                                                                    {"test", request.test_words}}};
  for (const auto& [name, words] : wanted) {
    if (words < 2) {
      throw UsageError(
          fmt::format("{} words for {}.txt: 2 at least, a word and its <eos>", words, name));
    }
  }
  check_corpus_folder(request.folder, request.overwrite);
  make_folders(request.folder);
  PartWriter writer(language, request);
  std::vector<CorpusPart> parts;
  std::uint64_t stream = 0;
  for (const auto& [name, words] : wanted) parts.push_back(writer.write(name, words, stream++));
  write_file(request.folder / "tags.txt", tag_lines(language));
  write_class_files(language, request.folder / "classes");
  write_file(request.folder / "README.md", explanation(language, parts));
  write_file(request.folder / "description.json", description(language, request, parts));
  return parts;
}

}  // namespace stategrad::text
