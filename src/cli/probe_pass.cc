// SPDX-License-Identifier: MIT
#include "cli/probe_pass.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <system_error>
#include <utility>

#include "analysis/probe_sample.h"
#include "base/memory.h"
#include "base/text_format.h"
#include "cli/analysis_output.h"
#include "gradient/source_sample.h"
#include "gradient/state_sample.h"
#include "model/digest.h"
#include "model/parameters.h"
#include "sinks/run_description.h"
#include "stategrad/errors.h"
#include "stategrad/state_gradients.h"

namespace stategrad::cli {
namespace {

using analysis::GroupLabels;
using analysis::ProbeSample;
using report::Json;

/// Iterations of a fit, about.
constexpr double kIterations = 120;

/// One probe before its vectors are there.
struct Task {
  std::string group;
  std::optional<std::size_t> state;  ///< which of those of the request; none: the embeddings
  int delay = 0;
  ProbeSample sample;
  std::vector<std::string> left_out;
  std::string obstacle;  ///< why it cannot be done; empty: it can
};

struct Plan {
  std::vector<std::int64_t> positions;  ///< of the states, rising
  std::vector<Task> tasks;
  std::vector<GroupLabels> groups;
};

template <class Visitor>
auto visit(const ProbeSubject& subject, Visitor visitor) {
  return std::visit(visitor, subject.opened->model);
}

analysis::SignedText signed_text(const ProbeSubject& subject) {
  return {subject.text, subject.classes->signature, &subject.opened->vocabulary()};
}

Task finished(Task task, const ProbeRequest& request) {
  task.left_out = analysis::leave_out_rare_classes(task.sample, request.fewest);
  task.obstacle = analysis::obstacle(task.sample.labels, task.sample.blocks, request.blocks);
  return task;
}

Plan plan_probes(const ProbeSubject& subject, const ProbeRequest& request) {
  Plan plan;
  const std::int64_t words = std::ssize(subject.text);
  if (!request.states.empty()) {
    plan.positions =
        gradient::stratified_sources(words, std::min(request.sample, words), request.seed);
  }
  plan.groups = analysis::labels_of_groups(*subject.classes);
  const analysis::SignedText text = signed_text(subject);
  for (const GroupLabels& group : plan.groups) {
    if (request.embeddings) {
      const auto labels = analysis::labels_of_words(group, text);
      Task task{.group = group.group, .state = {}, .sample = {}, .left_out = {}, .obstacle = {}};
      task.sample = analysis::sample_of_words(
          group, labels, {.most = request.sample, .blocks = request.blocks, .seed = request.seed});
      plan.tasks.push_back(finished(std::move(task), request));
    }
    for (std::size_t s = 0; s < request.states.size(); ++s) {
      for (const int delay : request.delays) {
        Task task{.group = group.group, .state = s, .delay = delay, .left_out = {}, .obstacle = {}};
        task.sample =
            analysis::sample_of_states(group, text, plan.positions, delay, request.blocks);
        plan.tasks.push_back(finished(std::move(task), request));
      }
    }
  }
  return plan;
}

std::string name_of(const Task& task, const ProbeRequest& request) {
  if (!task.state) return fmt::format("{} on embeddings", task.group);
  const StateOfLayer& state = request.states[*task.state];
  return fmt::format("{} on {} of layer {}, {} words later", task.group, to_string(state.state),
                     state.layer, task.delay);
}

analysis::Matrix embedding_of(const ProbeSubject& subject) {
  return visit(subject, [](const auto& model) {
    const auto& embedding = model.parameters().embedding;
    const Architecture& shape = model.architecture();
    return analysis::Matrix{static_cast<int>(shape.vocab_size),
                            shape.embedding_size,
                            {embedding.begin(), embedding.end()}};
  });
}

std::vector<std::vector<double>> states_of(const ProbeSubject& subject, const Plan& plan,
                                           const ProbeRequest& request, const Session& session,
                                           ThreadTeam& team) {
  const std::int64_t words = plan.positions.empty() ? 0 : plan.positions.back() + 1;
  const auto progress = session.make_progress("reading states", "words", words);
  gradient::StateSampleOptions options{.states = request.states,
                                       .positions = plan.positions,
                                       .stop = session.stop,
                                       .on_progress = {}};
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  return visit(subject, [&](const auto& model) {
    return gradient::sample_states(model, subject.text, options, team);
  });
}

/// @param rows of the matrix that holds the vectors, one for each place of the sample
analysis::ProbeData data_of(const Task& task, std::span<const double> vectors,
                            std::span<const std::size_t> rows, const ProbeRequest& request,
                            std::size_t width) {
  analysis::ProbeData data{.vectors = {static_cast<int>(width), {}, task.sample.labels},
                           .control = analysis::control_labels(task.sample, request.seed),
                           .part = task.sample.blocks,
                           .blocks = request.blocks,
                           .classes = static_cast<int>(task.sample.class_names.size())};
  data.vectors.x.reserve(rows.size() * width);
  for (const std::size_t row : rows) {
    const auto first = vectors.begin() + static_cast<std::ptrdiff_t>(row * width);
    data.vectors.x.insert(data.vectors.x.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  return data;
}

std::vector<std::size_t> rows_of(const Task& task, const Plan& plan) {
  std::vector<std::size_t> rows;
  for (const std::int64_t place : task.sample.places) {
    if (task.state) {
      const auto found = std::lower_bound(plan.positions.begin(), plan.positions.end(), place);
      rows.push_back(static_cast<std::size_t>(found - plan.positions.begin()));
    } else {
      rows.push_back(static_cast<std::size_t>(place));
    }
  }
  return rows;
}

analysis::ProbeEvaluationOptions evaluation_options(const ProbeRequest& request) {
  return {.loss_weights = request.loss_weights, .on_fit = {}};
}

std::vector<report::ProbeResult> evaluate(const ProbeSubject& subject, const Plan& plan,
                                          const ProbeRequest& request, const Session& session,
                                          ThreadTeam& team) {
  const analysis::Matrix embedding = embedding_of(subject);
  const auto states = states_of(subject, plan, request, session, team);
  analysis::ProbeEvaluationOptions options = evaluation_options(request);
  const auto possible = std::count_if(plan.tasks.begin(), plan.tasks.end(),
                                      [](const Task& task) { return task.obstacle.empty(); });
  const auto progress =
      session.make_progress("probes", "fits", possible * analysis::count_fits(options));
  std::int64_t done = 0;
  options.on_fit = [&] {
    stop_if_asked(session, "nothing was written");
    if (progress) progress->update(++done);
  };
  std::vector<report::ProbeResult> results;
  for (const Task& task : plan.tasks) {
    if (!task.obstacle.empty()) continue;
    const std::span<const double> vectors = task.state ? states[*task.state] : embedding.values;
    const auto width = static_cast<std::size_t>(
        task.state ? subject.opened->description.architecture.size : embedding.columns);
    const analysis::ProbeData data = data_of(task, vectors, rows_of(task, plan), request, width);
    std::optional<StateOfLayer> state;
    if (task.state) state = request.states[*task.state];
    results.push_back({.group = task.group,
                       .state = state,
                       .delay = task.delay,
                       .classes = task.sample.class_names,
                       .left_out = task.left_out,
                       .blocks = request.blocks,
                       .found = naming(name_of(task, request), [&] {
                         return analysis::evaluate_probe(team, data, options);
                       })});
  }
  return results;
}

report::WordCoordinates coordinates_of(const ProbeSubject& subject, const Plan& plan) {
  if (plan.groups.empty()) return {};
  const GroupLabels& group = plan.groups.front();
  report::LabelledVocabulary words{
      .vocabulary = &subject.opened->vocabulary(),
      .class_names = group.class_names,
      .labels = analysis::labels_of_words(group, signed_text(subject))};
  words.counts.resize(words.labels.size());
  for (const WordId word : subject.text) ++words.counts[static_cast<std::size_t>(word)];
  report::WordCoordinates found = report::coordinates_of_words(words, embedding_of(subject));
  found.group = group.group;
  return found;
}

std::string digest_of(const text::TokenClasses& classes) {
  model::Digest digest;
  for (const std::string& name : classes.names) digest.add(name);
  for (const std::string& group : classes.groups) digest.add(group);
  for (const auto& one : classes.signatures) digest.add(std::as_bytes(std::span(one)));
  digest.add(std::as_bytes(std::span(classes.signature)));
  return digest.text();
}

Json settings_of(const ProbeSubject& subject, const ProbeRequest& request) {
  const sinks::RunDescription run = visit(subject, [&](const auto& model) {
    return sinks::describe_run(
        plan_state_gradients(model, subject.text, {.states = request.states, .max_delay = 1}),
        provenance_of(*subject.opened, request.text));
  });
  Json states = Json::array();
  for (const StateOfLayer& state : request.states) states.push_back(report::state_json(state));
  return {{"model", run.provenance.model},
          {"model_fingerprint", run.provenance.model_fingerprint},
          {"text", run.provenance.text},
          {"text_fingerprint", run.text_fingerprint},
          {"classes_fingerprint", digest_of(*subject.classes)},
          {"embeddings", request.embeddings},
          {"states", std::move(states)},
          {"delays", request.delays},
          {"sample", request.sample},
          {"blocks", request.blocks},
          {"fewest", request.fewest},
          {"c", request.loss_weights},
          {"seed", request.seed}};
}

void say_what_is_left_out(const Plan& plan, const ProbeRequest& request, const Session& session) {
  std::map<std::vector<std::string>, std::string> said;
  for (const Task& task : plan.tasks) {
    if (!task.obstacle.empty()) {
      session.note(fmt::format("no probe of {}: {}", name_of(task, request), task.obstacle));
    } else if (!task.left_out.empty() && said.emplace(task.left_out, task.group).second) {
      session.note(fmt::format("{}: left out for fewer than {} vectors: {}", name_of(task, request),
                               request.fewest, fmt::join(task.left_out, ", ")));
    }
  }
}

/// Bytes that the process holds at most: the states, and of the largest probe its vectors, the
/// parts of them that each thread looks at, and their scores.
std::uint64_t bytes_of(const Plan& plan, const ProbeRequest& request, const Architecture& shape,
                       int threads) {
  double largest = 0;
  for (const Task& task : plan.tasks) {
    const int width = task.state ? shape.size : shape.embedding_size;
    const auto classes = static_cast<double>(task.sample.class_names.size());
    largest =
        std::max(largest, task.sample.count() * (2.0 * width + threads * 2.0 * (width + classes)));
  }
  const double states = static_cast<double>(plan.positions.size()) * shape.size *
                        static_cast<double>(request.states.size());
  const auto bytes = resident_memory() + static_cast<std::uint64_t>(8 * (states + largest));
  if (request.memory_limit && bytes > *request.memory_limit) {
    throw ResourceError(fmt::format(
        "--memory-limit {}: the probes take {}: raise the limit, or take a smaller sample",
        format_bytes(*request.memory_limit), format_bytes(bytes)));
  }
  return bytes;
}

/// Seconds of one look at all the data of a probe by its scores, on this thread.
double seconds_of_scores(int count, int classes, int width) {
  analysis::Probe probe{width, std::vector<int>(static_cast<std::size_t>(classes)), {}, {}};
  probe.weights.assign(static_cast<std::size_t>(classes) * static_cast<std::size_t>(width), 0.5);
  probe.bias.assign(static_cast<std::size_t>(classes), 0.0);
  constexpr int kTried = 256;
  const std::vector<double> x(static_cast<std::size_t>(kTried) * static_cast<std::size_t>(width),
                              0.5);
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(probe.predict(x));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() * count /
         kTried;
}

}  // namespace

std::vector<int> parse_delays(const std::string& option, const std::string& list) {
  std::vector<int> delays;
  const char* at = list.data();
  const char* end = at + list.size();
  while (true) {
    const auto [stop, error] = std::from_chars(at, end, delays.emplace_back());
    const bool rises =
        delays.back() >= 0 && (delays.size() < 2 || delays.back() > delays[delays.size() - 2]);
    if (error != std::errc{} || !rises || (stop != end && *stop != ',')) {
      throw UsageError(fmt::format(
          "{} '{}': rising numbers with commas were expected, such as 0,1,5", option, list));
    }
    if (stop == end) return delays;
    at = stop + 1;
  }
}

Json run_probes(const ProbeSubject& subject, const ProbeRequest& request, const Session& session,
                ThreadTeam& team) {
  Json settings = settings_of(subject, request);
  Json there = report::read_probe_json(request.output);
  if (!there.is_null() && !request.overwrite) {
    if (there.at("settings") != settings) {
      throw DataError((request.output / report::kProbeFileName).string(), "",
                      "holds probes of another model, text, choice of classes or options: give "
                      "--overwrite to replace them");
    }
    session.note("the probes were made before");
    return there;
  }
  const Plan plan = plan_probes(subject, request);
  say_what_is_left_out(plan, request, session);
  if (std::all_of(plan.tasks.begin(), plan.tasks.end(),
                  [](const Task& task) { return !task.obstacle.empty(); })) {
    return nullptr;
  }
  static_cast<void>(bytes_of(plan, request, subject.opened->description.architecture, team.size()));
  report::ProbeResults results{std::move(settings), evaluate(subject, plan, request, session, team),
                               coordinates_of(subject, plan)};
  report::remove_probe_results(request.output);
  report::write_probe_results(request.output, results);
  return report::read_probe_json(request.output);
}

StepForecast forecast_probes(const ProbeSubject& subject, const ProbeRequest& request,
                             ThreadTeam& team) {
  const Plan plan = plan_probes(subject, request);
  const Architecture& shape = subject.opened->description.architecture;
  const auto fits = static_cast<double>(analysis::count_fits(evaluation_options(request)));
  StepForecast step{.step = "probe"};
  for (const Task& task : plan.tasks) {
    if (!task.obstacle.empty()) continue;
    const int width = task.state ? shape.size : shape.embedding_size;
    const auto classes = static_cast<int>(task.sample.class_names.size());
    // Scores, their exponentials, and their product with the vectors.
    step.seconds += 3 * fits * kIterations * seconds_of_scores(task.sample.count(), classes, width);
    step.disk +=
        static_cast<std::uint64_t>(classes) * (8U * static_cast<std::uint64_t>(width) + 128U);
    step.files += static_cast<std::uint64_t>(classes);
  }
  step.seconds /= std::min(team.size(), analysis::kProbeFolds);
  if (!request.states.empty()) step.words = std::ssize(subject.text);
  step.memory = bytes_of(plan, request, shape, team.size());
  step.files += 4;
  return step;
}

io::Table probe_summary(const Json& found) {
  io::Table table({"group", "on", "layer", "delay", "classes", "count", "accuracy", "error",
                   "majority", "control", "selectivity", "c"});
  const auto number = [](const Json& json) {
    io::Cell cell;
    if (!json.is_null()) cell = json.get<double>();
    return cell;
  };
  for (const Json& probe : found.at("probe")) {
    io::Cell layer;
    if (!probe.at("layer").is_null()) layer = probe["layer"].get<std::int64_t>();
    table.add({probe.at("group").get<std::string>(), probe.at("on").get<std::string>(), layer,
               probe.at("delay").get<std::int64_t>(),
               static_cast<std::int64_t>(probe.at("classes").size()),
               probe.at("count").get<std::int64_t>(), number(probe.at("accuracy").at("estimate")),
               number(probe.at("accuracy").at("error")), number(probe.at("majority")),
               number(probe.at("control").at("estimate")),
               number(probe.at("selectivity").at("estimate")), number(probe.at("c"))});
  }
  return table;
}

}  // namespace stategrad::cli
