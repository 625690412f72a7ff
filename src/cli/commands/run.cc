// SPDX-License-Identifier: MIT
//
// The original program's main.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <ostream>

#include "base/memory.h"
#include "base/run_log.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/gradient_pass.h"
#include "cli/summary.h"
#include "cli/training.h"
#include "model/embeddings.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"
#include "text/corpus.h"
#include "text/dataset.h"
#include "text/word_list.h"
#include "train/calibration.h"
#include "train/evaluate.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ConfigArguments config;
  TrainingRequest request;
  bool no_train = false;
  bool no_valid = false;
  bool no_test = false;
  std::string device = "cpu";
  ForecastArguments forecast;
};

/// Lines that stand on standard output and in the log. The log begins with version and
/// configuration, and is made with the first line, so that a refused run leaves none.
class Printer {
 public:
  Printer(const Session& session, const Config& config) : session_(session), config_(config) {}

  void line(const std::string& text) {
    if (!log_) begin();
    *session_.out << text << '\n' << std::flush;
    log_->line(text);
  }

 private:
  void begin() {
    log_.emplace(config_.log_dir, log_name(config_));
    log_->line("stategrad " STATEGRAD_VERSION);
    for (const auto& [key, value] : config_items(config_)) {
      log_->line(fmt::format("{} {}", key, value));
    }
  }
  const Session& session_;
  const Config& config_;
  std::optional<RunLog> log_;
};

/// What a run works with, and what it has done.
struct Work {
  const Arguments& arguments;
  const Session& session;
  ThreadTeam& team;
  Printer printer;
  std::vector<std::string> counts = {};  ///< what was done, for the summary
};

void check(const Arguments& arguments) {
  if (arguments.device != "cpu") {
    throw UsageError(fmt::format("--device {}: stategrad computes on the cpu, the only device",
                                 arguments.device));
  }
  if (!arguments.no_train && arguments.no_valid) {
    throw UsageError("--novalid: training needs validation; give --notrain as well, or neither");
  }
  if (arguments.no_train && arguments.request.resume) {
    throw UsageError("--resume is for training, which --notrain leaves away");
  }
}

bool writes_gradients(const Arguments& arguments, const Config& config) {
  return arguments.no_train && !arguments.no_valid && config.grad_interm &&
         config.save_embedding.empty();
}

/// All but the states, which the model decides.
PassRequest gradient_request(const Arguments& arguments, const Config& config) {
  PassRequest request;
  request.text = text::data_files(config).valid;
  request.formats = {sinks::OutputFormat::kNpy};
  request.output = config.grad_dir;
  request.overwrite = arguments.request.overwrite;
  request.options.windowed = true;
  request.options.num_steps = config.num_steps;
  request.options.max_delay = config.max_delay.value_or(50);
  if (config.time_step) request.options.time_steps = {*config.time_step};
  return request;
}

/// Refuses what would fail only after the validation.
void check(const Arguments& arguments, const Config& config) {
  if (writes_gradients(arguments, config)) {
    check_output(gradient_request(arguments, config));
  } else if (arguments.no_train && arguments.request.overwrite) {
    throw UsageError(
        "--overwrite with --notrain is for state gradients, of which this run writes none: set "
        "grad_interm and let it validate, or leave --overwrite away");
  }
}

void train(Work& work) {
  TrainingListener listener;
  listener.on_epoch_begin = [&](int, double rate) {
    work.printer.line("Learning rate: " + format_number(rate));
  };
  listener.on_epoch_end = [&](const train::EpochResult& epoch) {
    work.printer.line(fmt::format("Epoch: {} Train Perplexity: {}", epoch.epoch,
                                  format_number(epoch.train_perplexity)));
    work.printer.line(fmt::format("Epoch: {} Valid Perplexity: {}", epoch.epoch,
                                  format_number(epoch.valid_perplexity)));
  };
  const train::TrainingSummary summary =
      train_from_configuration(work.arguments.request, listener, work.session, work.team);
  work.counts.push_back(fmt::format("{} words trained on", format_count(summary.tokens)));
}

double validate(const OpenedModel& opened, Work& work) {
  const auto file = text::data_files(opened.config).valid;
  std::int64_t unknown = 0;
  const std::vector<WordId> ids = read_text(opened, file, unknown);
  const train::Evaluation result = std::visit(
      [&](const auto& model) {
        return train::evaluate_windows(model, {ids, file.string()}, opened.config.batch_size,
                                       opened.config.num_steps, work.team, work.session.stop);
      },
      opened.model);
  work.counts.push_back(fmt::format("{} words validated on ({} unknown)",
                                    format_count(result.predictions), format_count(unknown)));
  return result.perplexity();
}

double test(const OpenedModel& opened, Work& work) {
  const auto file = text::data_files(opened.config).test;
  std::int64_t unknown = 0;
  const std::vector<WordId> ids = read_text(opened, file, unknown);
  const auto progress =
      work.session.make_progress("testing", "words", static_cast<std::int64_t>(ids.size()) - 1);
  std::int64_t done = 0;
  const train::Evaluation result = std::visit(
      [&](const auto& model) {
        return train::evaluate_stream(model, {ids, file.string()}, work.team, work.session.stop,
                                      [&](WordId, double) {
                                        if (progress) progress->update(++done);
                                      });
      },
      opened.model);
  work.counts.push_back(fmt::format("{} words tested on ({} unknown)",
                                    format_count(result.predictions), format_count(unknown)));
  return result.perplexity();
}

/// The state whose gradients a run writes: of the top layer.
std::vector<StateOfLayer> states_of(const OpenedModel& opened) {
  return {{*opened.config.grad_interm, opened.description.architecture.num_layers - 1}};
}

void write_gradients(const OpenedModel& opened, Work& work) {
  const Config& config = opened.config;
  if (config.batch_size != 1) {
    work.session.note(
        fmt::format("state gradients read the text as one stream; batch_size {} is for "
                    "training and validation",
                    config.batch_size));
  }
  PassRequest request = gradient_request(work.arguments, config);
  request.options.states = states_of(opened);
  work.counts.push_back(to_text(run_gradient_pass(opened, request, work.session, work.team)));
}

void write_embedding(const OpenedModel& opened, Work& work) {
  const Config& config = opened.config;
  std::visit([&](const auto& model) { model::write_embeddings(model, config.save_embedding); },
             opened.model);
  if (!config.save_dict.empty()) text::write_word_list(opened.vocabulary(), config.save_dict);
  work.counts.push_back(
      fmt::format("{} embeddings written", format_count(opened.vocabulary().size())));
}

/// What follows the training.
void use(OpenedModel& opened, Work& work) {
  const Config& config = opened.config;
  if (!config.save_embedding.empty()) {
    write_embedding(opened, work);
    return;
  }
  if (work.arguments.no_train && !work.arguments.no_valid) {
    work.printer.line("Valid Perplexity: " + format_number(validate(opened, work)));
  }
  if (writes_gradients(work.arguments, config)) write_gradients(opened, work);
  if (work.arguments.no_test) return;
  const double perplexity = test(opened, work);
  work.printer.line("Test Perplexity: " + format_number(perplexity));
  if (!work.arguments.no_train) {
    opened.description.test_perplexity = perplexity;
    model::write_description(opened.directory, opened.description);
  }
}

/// Validation or test of a text with a model, trained or not.
StepForecast forecast_evaluation(const std::string& step, const AnyLanguageModel& model,
                                 const train::EvaluationText& text, const Config& config,
                                 ThreadTeam& team) {
  const TimingOptions options{.seconds = 0.5};
  const double seconds = std::visit(
      [&](const auto& any) {
        return step == "test" ? train::forecast_stream(any, text, team, options)
                              : train::forecast_windows(any, text, config.batch_size,
                                                        config.num_steps, team, options);
      },
      model);
  return {.step = step,
          .words = static_cast<std::int64_t>(text.ids.size()),
          .seconds = seconds,
          .memory = peak_memory()};
}

StepForecast forecast_embedding(const Config& config, std::int64_t vocab_size) {
  return {.step = "embedding",
          .memory = peak_memory(),
          .disk = static_cast<std::uint64_t>(vocab_size) * sizeof(float) *
                  static_cast<std::uint64_t>(config.effective_embedding_size()),
          .files = 1U + (config.save_dict.empty() ? 0U : 1U)};
}

/// The steps of a run that trains.
std::vector<StepForecast> forecast_with_training(const Arguments& arguments, const Session& session,
                                                 ThreadTeam& team) {
  const train::TrainingJob job = make_training_trial(arguments.request, session);
  std::vector<StepForecast> steps{forecast_training_step(job, team)};
  if (!job.config.save_embedding.empty()) {
    steps.push_back(forecast_embedding(job.config, job.data.vocabulary.size()));
  } else if (!arguments.no_test) {
    const auto file = text::data_files(job.config).test;
    const auto ids =
        text::read_word_ids(file, text::text_rules(job.config, file), job.data.vocabulary);
    steps.push_back(forecast_evaluation("test", train::untrained_model(job), {ids, file.string()},
                                        job.config, team));
  }
  return steps;
}

/// The steps of a run with --notrain.
std::vector<StepForecast> forecast_without_training(const Arguments& arguments,
                                                    const Session& session, ThreadTeam& team) {
  const OpenedModel opened = open_model(arguments.request.loaded, model::WhichWeights::kLast);
  const Config& config = opened.config;
  if (!config.save_embedding.empty()) {
    return {forecast_embedding(config, opened.vocabulary().size())};
  }
  std::vector<StepForecast> steps;
  const auto evaluate = [&](const std::string& step, const std::filesystem::path& file) {
    std::int64_t unknown = 0;
    const std::vector<WordId> ids = read_text(opened, file, unknown);
    steps.push_back(forecast_evaluation(step, opened.model, {ids, file.string()}, config, team));
  };
  if (!arguments.no_valid) {
    evaluate("valid", text::data_files(config).valid);
    if (config.grad_interm) {
      PassRequest request = gradient_request(arguments, config);
      request.options.states = states_of(opened);
      steps.push_back(forecast_gradient_pass(opened, request, session, team));
    }
  }
  if (!arguments.no_test) evaluate("test", text::data_files(config).test);
  return steps;
}

void run(const Session& session, Arguments& arguments) {
  check(arguments);
  arguments.request.loaded = load(arguments.config, session);
  const LoadedConfig& loaded = arguments.request.loaded;
  check(arguments, loaded.config);
  const auto team = session.make_team();
  if (arguments.forecast.dry_run) {
    print_forecast(session, arguments.no_train
                                ? forecast_without_training(arguments, session, *team)
                                : forecast_with_training(arguments, session, *team));
    return;
  }
  Work work{arguments, session, *team, Printer(session, loaded.config)};
  if (!arguments.no_train) train(work);
  OpenedModel opened = open_model(loaded, model::WhichWeights::kLast);
  use(opened, work);
  if (work.counts.empty()) work.counts.emplace_back("nothing was asked for");
  std::optional<std::uint64_t> seed;
  if (!arguments.no_train) seed = opened.description.seed;
  summarise(session, fmt::format("{}", fmt::join(work.counts, ", ")), seed);
}

}  // namespace

void add_run(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "run", "Train, validate, test and write state gradients as a configuration says");
  auto arguments = std::make_shared<Arguments>();
  add_config_options(*command, arguments->config, true);
  command->add_flag("--notrain", arguments->no_train, "Use the model in save_path as it is");
  command->add_flag("--novalid", arguments->no_valid, "No validation (with --notrain)");
  command->add_flag("--notest", arguments->no_test, "No test");
  command->add_option("--device", arguments->device, "Device to compute on")
      ->type_name("cpu")
      ->capture_default_str();
  add_start_options(*command, arguments->request);
  command->get_option("--overwrite")
      ->description(
          "Replace the model in save_path; with --notrain: the state gradients in grad_dir");
  add_dry_run_option(*command, arguments->forecast);
  add_common_options(*command, session, false);
  command->add_flag("--json", session.json, "Print the forecast of --dry-run as JSON")
      ->needs("--dry-run");
  command->footer(examples({
      "stategrad run --config configs/ptb-norm-wsj_64e_256h_steps50.config",
      "stategrad run --config configs/ptb-norm-wsj_64e_256h_steps50.config --notrain --novalid",
      "stategrad run --config configs/ptb-norm-wsj_64e_256h_steps50_grad_timestep0.config "
      "--notrain --notest",
  }));
  command->callback(
      [&session, arguments] { session.job = [&session, arguments] { run(session, *arguments); }; });
}

}  // namespace stategrad::cli
