// SPDX-License-Identifier: MIT
//
// The original's pos_classifier_sklearn.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <ostream>
#include <set>

#include "analysis/labelled_words.h"
#include "analysis/probe_file.h"
#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/analysis_output.h"
#include "cli/commands/commands.h"
#include "cli/probe_tables.h"
#include "cli/summary.h"
#include "io/npy.h"
#include "text/word_list.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;
using analysis::LabelledVectors;

constexpr const char* kRunningText = "running_text";
/// As GridSearchCV of the scikit-learn of the original.
constexpr int kFolds = 3;
/// Below it a part of the split is empty.
constexpr std::size_t kFewestPairs = 10;

struct Arguments {
  std::string embeddings;
  std::string dict;
  std::string tags;
  std::string name;
  std::string classes;
  std::string type_data = "collapsed";
  int frequency_cutoff = 0;
  bool no_train = false;
  bool no_valid = false;
  bool no_test = false;
  bool grid_search = false;
  bool confusion_matrix = false;
  std::string results_dataset = "test";
  bool pca = false;
  bool tsne = false;
  bool lda = false;
  bool plot_coef = false;
  bool avg_emb = false;
  bool overwrite = false;

  [[nodiscard]] fs::path file(const std::string& ending) const { return name + ending; }
  [[nodiscard]] fs::path probe() const { return file(".probe.json"); }
  [[nodiscard]] fs::path grid() const { return file(".grid.csv"); }
};

/// Everything that is read.
struct Data {
  std::vector<std::string> words;
  analysis::Matrix embeddings;
  analysis::LabelledWords labels;
  bool of_words = false;
  analysis::LabelledSplit split;

  [[nodiscard]] LabelledVectors vectors(const std::vector<std::pair<int, int>>& pairs) const {
    return analysis::vectors_of(pairs, embeddings);
  }
};

Data read(const Session& session, const Arguments& arguments) {
  Data data{.words = text::read_word_list(arguments.dict),
            .embeddings = analysis::read_matrix(arguments.embeddings)};
  if (data.words.size() != static_cast<std::size_t>(data.embeddings.rows)) {
    throw DataError(arguments.dict, "",
                    fmt::format("has {} words, but {} has {} rows", data.words.size(),
                                arguments.embeddings, data.embeddings.rows));
  }
  const auto tags = text::read_tag_lexicon(arguments.tags);
  analysis::LabelOptions options{.frequency_cutoff = arguments.frequency_cutoff,
                                 .single_tags = arguments.type_data == kRunningText};
  if (!arguments.classes.empty()) {
    options.classes = text::read_word_classes(arguments.classes);
    data.of_words = options.classes->of_words;
  }
  data.labels = analysis::label_words(data.words, tags, options);
  if (arguments.frequency_cutoff > 0) {
    for (const auto& [label, count] : data.labels.frequencies) {
      session.note(fmt::format("{}\t{}{}", label, count,
                               count < arguments.frequency_cutoff ? "\tleft out" : ""));
    }
  }
  std::set<int> present;
  for (const auto& [place, label] : data.labels.pairs) present.insert(label);
  if (data.labels.pairs.size() < kFewestPairs || present.size() < 2) {
    throw DataError(
        arguments.classes.empty() ? arguments.tags : arguments.classes, "",
        fmt::format("gives {} pairs of a word of {} and a class, in {} classes: {} pairs in 2 "
                    "classes are needed",
                    data.labels.pairs.size(), arguments.dict, present.size(), kFewestPairs));
  }
  data.split = analysis::split_pairs(data.labels.pairs, session.seed.value_or(1));
  return data;
}

/// Searches the parameters and fits the best on all training pairs.
analysis::ProbeFile train(const Session& session, const Arguments& arguments, const Data& data) {
  const LabelledVectors training = data.vectors(data.split.train);
  analysis::ProbeSearch search;
  search.folds = data.of_words ? analysis::single_folds(training.count())
                               : analysis::stratified_folds(training.y, kFolds);
  auto progress = session.make_progress("training", "fits", analysis::count_fits(search));
  search.on_fit = [&](std::int64_t done) {
    stop_if_asked(session, "nothing was written");
    if (progress) progress->update(done);
  };
  const auto scores = analysis::search_probe(*session.make_team(), training, search);
  progress.reset();
  const analysis::ProbeScore& best = analysis::best_of(scores);
  analysis::ProbeFile probe{data.labels.class_names, best,
                            analysis::fit_probe(training, best.parameters)};
  write_file(arguments.grid(), grid_table(scores).to_csv());
  analysis::write_probe(arguments.probe(), probe);
  session.note(
      fmt::format("best of {} sets of parameters: C {}, class weights {}, {}; {} in "
                  "cross-validation",
                  scores.size(), format_number(best.parameters.loss_weight),
                  best.parameters.balanced ? "balanced" : "none",
                  analysis::to_string(best.parameters.scheme), format_number(best.score)));
  return probe;
}

analysis::ProbeFile read_fitting_probe(const Arguments& arguments, const Data& data) {
  analysis::ProbeFile probe = analysis::read_probe(arguments.probe());
  if (probe.class_names != data.labels.class_names || probe.probe.size != data.embeddings.columns) {
    throw DataError(arguments.probe().string(), "",
                    fmt::format("a probe of {} classes on {} dimensions; the files named have {} "
                                "classes, or others, and {} dimensions",
                                probe.class_names.size(), probe.probe.size,
                                data.labels.class_names.size(), data.embeddings.columns));
  }
  return probe;
}

void print_scores(const Session& session, const Arguments& arguments,
                  const analysis::ProbeFile& probe, const Data& data) {
  io::Table table({"split", "pairs", "score"});
  const auto add = [&](const char* name, const std::vector<std::pair<int, int>>& pairs) {
    table.add({name, static_cast<std::int64_t>(pairs.size()),
               analysis::accuracy(probe.probe, data.vectors(pairs))});
  };
  if (!arguments.no_valid) add("valid", data.split.valid);
  if (!arguments.no_test) add("test", data.split.test);
  if (session.json) {
    session.print(table);
    return;
  }
  for (const auto& row : table.rows()) {
    *session.out << fmt::format("Test score: {}\n", format_number(std::get<double>(row[2])));
  }
}

std::string file_name_of(const std::string& class_name) {
  if (class_name.find('/') == std::string::npos) return class_name;
  throw UsageError(
      fmt::format("--avg_emb: the class '{}' cannot be part of a file's name", class_name));
}

fs::path average_of(const Arguments& arguments, const std::string& class_name) {
  return arguments.file("_avg_" + file_name_of(class_name) + ".npy");
}

/// What is going to be written, before anything is.
std::vector<fs::path> targets(const Arguments& arguments, const Data& data) {
  std::vector<fs::path> files;
  if (!arguments.no_train) files.insert(files.end(), {arguments.probe(), arguments.grid()});
  if (arguments.confusion_matrix) files.push_back(arguments.file("_confusion_matrix.csv"));
  if (arguments.pca) files.push_back(arguments.file("_pca.csv"));
  if (arguments.lda) files.push_back(arguments.file("_lda.csv"));
  if (arguments.plot_coef) files.push_back(arguments.file("_coef.csv"));
  if (arguments.avg_emb) {
    for (const std::string& one : data.labels.class_names) {
      files.push_back(average_of(arguments, one));
    }
  }
  return files;
}

void write_coordinates(const Arguments& arguments, const Data& data,
                       const std::vector<std::pair<int, int>>& pairs) {
  const LabelledVectors vectors = data.vectors(pairs);
  std::vector<std::string> words;
  std::vector<std::string> classes;
  for (const auto& [place, label] : pairs) {
    words.push_back(data.words[static_cast<std::size_t>(place)]);
    classes.push_back(data.labels.class_names[static_cast<std::size_t>(label)]);
  }
  if (arguments.pca) {
    const auto projection =
        analysis::principal_components(vectors, std::min(2, data.embeddings.columns));
    write_file(arguments.file("_pca.csv"),
               coordinate_table(projection, words, classes, "pc").to_csv());
  }
  if (arguments.lda) {
    const std::set<int> present(vectors.y.begin(), vectors.y.end());
    const int most = std::min(static_cast<int>(present.size()) - 1, data.embeddings.columns);
    const auto projection = analysis::discriminants(vectors, std::min(2, most));
    write_file(arguments.file("_lda.csv"),
               coordinate_table(projection, words, classes, "ld").to_csv());
  }
}

void write_averages(const Session& session, const Arguments& arguments, const Data& data) {
  const auto size = static_cast<std::size_t>(data.embeddings.columns);
  const LabelledVectors all = data.vectors(data.labels.pairs);
  for (std::size_t k = 0; k < data.labels.class_names.size(); ++k) {
    std::vector<double> sum(size);
    int count = 0;
    for (std::size_t i = 0; i < all.y.size(); ++i) {
      if (all.y[i] != static_cast<int>(k)) continue;
      for (std::size_t e = 0; e < size; ++e) sum[e] += all.x[i * size + e];
      ++count;
    }
    const std::string& name = data.labels.class_names[k];
    if (count == 0) {
      session.note(fmt::format("the class {} has no words and no average", name));
      continue;
    }
    for (double& value : sum) value /= count;
    const std::array<std::int64_t, 1> shape{data.embeddings.columns};
    io::write_npy<double>(average_of(arguments, name), shape, sum);
  }
}

void pos(const Session& session, const Arguments& arguments) {
  if (arguments.tsne) {
    throw UsageError("--tsne: stategrad makes no t-SNE maps; --pca and --lda give coordinates");
  }
  const Data data = read(session, arguments);
  require_absent(targets(arguments, data), arguments.overwrite);
  const bool needs_probe = !arguments.no_valid || !arguments.no_test ||
                           arguments.confusion_matrix || arguments.plot_coef;
  analysis::ProbeFile probe;
  if (!arguments.no_train) {
    probe = naming(arguments.embeddings, [&] { return train(session, arguments, data); });
  } else if (needs_probe) {
    probe = read_fitting_probe(arguments, data);
  }
  if (arguments.grid_search) *session.out << read_file(arguments.grid());
  print_scores(session, arguments, probe, data);
  const auto& pairs = arguments.results_dataset == "full" ? data.labels.pairs : data.split.test;
  if (arguments.confusion_matrix) {
    write_file(arguments.file("_confusion_matrix.csv"),
               confusion_table(probe, data.vectors(pairs)).to_csv());
  }
  if (arguments.plot_coef) write_file(arguments.file("_coef.csv"), weight_table(probe).to_csv());
  naming(arguments.embeddings, [&] { write_coordinates(arguments, data, pairs); });
  if (arguments.avg_emb) write_averages(session, arguments, data);
  summarise(session,
            fmt::format("{} pairs of a word and one of {} classes ({} to train, {} to validate, {} "
                        "to test)",
                        format_count(static_cast<std::int64_t>(data.labels.pairs.size())),
                        data.labels.class_names.size(), data.split.train.size(),
                        data.split.valid.size(), data.split.test.size()));
}

void add_options(CLI::App& command, Arguments& arguments) {
  command.add_option("EMB", arguments.embeddings, "Embedding matrix [V, E], .npy")->required();
  command.add_option("DICT", arguments.dict, "Its words, lines word<TAB>id")->required();
  command.add_option("TAGS", arguments.tags, "The tags of words: lines word<TAB>['NN', 'VB']")
      ->required();
  command.add_option("NAME", arguments.name, "What the names of the files begin with")->required();
  command
      .add_option(
          "--pos_classes", arguments.classes,
          "The classes: a tag a line, or name<TAB>TAG TAG …, or, after a first line 'token',"
          " name<TAB>word word … (default: every tag)")
      ->type_name("FILE");
  command
      .add_option("--type_data", arguments.type_data,
                  "collapsed: an embedding per word, with all its tags; running_text: an embedding "
                  "per running word, with one tag")
      ->check(CLI::IsMember({"collapsed", kRunningText}))
      ->capture_default_str();
  command
      .add_option("--freq_cutoff", arguments.frequency_cutoff,
                  "Leave out tags with fewer than N words")
      ->check(CLI::Range(0, 1'000'000'000))
      ->type_name("N");
  command.add_flag("--no_train", arguments.no_train, "Use the probe that was trained before");
  command.add_flag("--no_valid", arguments.no_valid, "No score on the validation part");
  command.add_flag("--no_test", arguments.no_test, "No score on the test part");
  command.add_flag("--grid_search", arguments.grid_search,
                   "Print the scores of all parameters, as CSV");
  command.add_flag("--confusion_matrix", arguments.confusion_matrix,
                   "Write NAME_confusion_matrix.csv");
  command
      .add_option("--results_dataset", arguments.results_dataset,
                  "full or test: the pairs of confusion matrix, PCA and LDA")
      ->check(CLI::IsMember({"full", "test"}))
      ->capture_default_str();
  command.add_flag("--pca", arguments.pca, "Write NAME_pca.csv, principal components");
  command.add_flag("--tsne", arguments.tsne, "The original's t-SNE picture: refused");
  command.add_flag("--lda", arguments.lda, "Write NAME_lda.csv, linear discriminants");
  command.add_flag("--plot_coef", arguments.plot_coef, "Write NAME_coef.csv, weights per class");
  command.add_flag("--avg_emb", arguments.avg_emb,
                   "Write NAME_avg_<class>.npy, the average embedding of each class");
  add_overwrite_option(command, arguments.overwrite);
}

}  // namespace

void add_pos(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "pos", "Train a linear classifier of embeddings by tag or class, and average embeddings");
  auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  add_common_options(*command, session, true);
  command->footer(
      "Pairs of a word and a class are put in an order drawn by --seed and split 80/10/10. C, "
      "class\n"
      "weights and scheme are chosen by cross-validation on the first part: three folds, or one\n"
      "word left out at a time for classes of words. Prints 'Test score: x', the share of pairs\n"
      "that are classified rightly, for validation and then for the test. Writes NAME.probe.json\n"
      "and NAME.grid.csv.\n\n" +
      examples({
          "stategrad pos emb.npy dict tags.txt probes/all --freq_cutoff 20 --confusion_matrix",
          "stategrad pos emb.npy dict tags.txt probes/number --pos_classes number.txt --avg_emb",
          "stategrad pos emb.npy dict tags.txt probes/all --no_train --pca --results_dataset full",
      }));
  command->callback(
      [&session, arguments] { session.job = [&session, arguments] { pos(session, *arguments); }; });
}

}  // namespace stategrad::cli
