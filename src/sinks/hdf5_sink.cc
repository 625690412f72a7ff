// SPDX-License-Identifier: MIT
#include "sinks/hdf5_sink.h"

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "gradient/schedule.h"
#include "sinks/output_format.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kLayout =
    "One group /<state>/layer_<layer>/delay_<d> per state and delay. gradients [n, H, R]: entry "
    "[i, h, r] is the derivative of unit h of the state at position t = position[i] along "
    "direction r of the embedding of the word at t - d. The directions are the dimensions of the "
    "embedding, or the rows of /run/basis [R, E] if that is there. source[i] is the id of the word "
    "at t - d, /text the ids of all words of the text, /vocabulary[id] the word of an id. window "
    "and time_step say where t is in a windowed pass: t = window * num_steps + time_step. What was "
    "computed from which model and text stands in the attributes of /run.";

constexpr const char* kMeaning =
    "[i, h, r] = d state[h] at position[i] / d embedding[r] of the word `delay` positions before";

std::int64_t size_of(const auto& values) { return static_cast<std::int64_t>(values.size()); }

}  // namespace

Hdf5Sink::Hdf5Sink(std::filesystem::path directory, Provenance provenance)
    : directory_(std::move(directory)), provenance_(std::move(provenance)) {}
Hdf5Sink::~Hdf5Sink() = default;

void Hdf5Sink::begin(const GradientRun& run) {
  require_all_sources(run);
  make_folders(directory_);
  run_ = run;
  out_ = std::make_unique<io::Hdf5Writer>(directory_ / kGradientsFileName, io::Hdf5Storage::kDisk);
  const RunDescription description = describe_run(run, provenance_);
  write_head(*out_, kGradientsKind, description);
  out_->set_attribute("/", "layout", std::string(kLayout));
  out_->write_texts("/vocabulary", run.vocabulary->words());
  out_->write<WordId>("/text", {size_of(run.text)}, run.text);
  groups_.clear();
  for (const StateOfLayer& state : run.states) {
    groups_.emplace_back();
    for (int delay = 0; delay < delays_that_occur(description); ++delay) {
      create_group(state, delay);
    }
  }
}

void Hdf5Sink::create_group(const StateOfLayer& state, int delay) {
  const std::string group = fmt::format("{}/delay_{}", group_of(state), delay);
  const std::string path = group + "/gradients";
  const io::Shape item = {run_.architecture.size, run_.rows};
  if (provenance_.dtype == DType::kFloat32) {
    out_->create_growing<float>(path, item);
  } else {
    out_->create_growing<double>(path, item);
  }
  out_->set_attribute(path, "meaning", std::string(kMeaning));
  out_->set_attribute(group, "state", std::string(to_string(state.state)));
  out_->set_attribute(group, "layer", state.layer);
  out_->set_attribute(group, "delay", delay);
  groups_.back().push_back({group, 0});
}

template <class Real>
void Hdf5Sink::append(const std::string& path, const GradientBlock& block,
                      std::vector<Real>& room) {
  room.resize(static_cast<std::size_t>(block.rows) * static_cast<std::size_t>(block.size));
  block.transpose_to(std::span<Real>(room));
  out_->append<Real>(path, room);
}

void Hdf5Sink::push(const GradientBlock& block) {
  Group& group = groups_[static_cast<std::size_t>(block.key.state_index)]
                        [static_cast<std::size_t>(block.key.delay)];
  const std::string path = group.path + "/gradients";
  if (provenance_.dtype == DType::kFloat32) {
    append(path, block, floats_);
  } else {
    append(path, block, doubles_);
  }
  ++group.count;
}

/// Which state gradients these are follows from the run: it need not be remembered for each.
void Hdf5Sink::write_indices(int delay) {
  const gradient::Schedule schedule(run_);
  std::vector<std::int64_t> positions;
  std::vector<std::int64_t> windows;
  std::vector<std::int32_t> steps;
  std::vector<WordId> sources;
  for (std::int64_t position = 0; position < schedule.words(); ++position) {
    const std::int64_t reach = run_.windowed ? schedule.step(position) : position;
    if (!schedule.wanted(position) || reach < delay) continue;
    positions.push_back(position);
    windows.push_back(schedule.window(position));
    steps.push_back(schedule.step(position));
    sources.push_back(run_.text[static_cast<std::size_t>(position - delay)]);
  }
  for (const std::vector<Group>& delays : groups_) {
    const Group& group = delays[static_cast<std::size_t>(delay)];
    if (group.count != size_of(positions)) {
      throw InternalError(fmt::format("{}: {} state gradients came where {} were announced",
                                      group.path, group.count, positions.size()));
    }
    out_->write<std::int64_t>(group.path + "/position", {size_of(positions)}, positions);
    out_->write<WordId>(group.path + "/source", {size_of(sources)}, sources);
    if (!run_.windowed) continue;
    out_->write<std::int64_t>(group.path + "/window", {size_of(windows)}, windows);
    out_->write<std::int32_t>(group.path + "/time_step", {size_of(steps)}, steps);
  }
}

void Hdf5Sink::finish() {
  const int delays = groups_.empty() ? 0 : static_cast<int>(groups_.front().size());
  for (int delay = 0; delay < delays; ++delay) write_indices(delay);
  write_complete(*out_);
  out_->commit();
  out_.reset();
}

std::uint64_t forecast_hdf5_bytes(const GradientRun& run, DType dtype) {
  constexpr std::uint64_t kGroup = 8192;  // the group and its attributes
  const double matrix =
      static_cast<double>(run.architecture.size) * run.rows * (dtype == DType::kFloat32 ? 4 : 8);
  constexpr double kTooMany = 1e18;  // bytes that no disk has
  if (matrix * static_cast<double>(run.num_blocks_per_state) *
          static_cast<double>(run.states.size()) >
      kTooMany) {
    return static_cast<std::uint64_t>(kTooMany);
  }
  std::uint64_t bytes = head_bound(run) + io::hdf5_texts_bound(run.vocabulary->words()) +
                        io::hdf5_array_bound(run.text.size(), sizeof(WordId));
  const RunDescription description = describe_run(run, {});
  for (int delay = 0; delay < delays_that_occur(description); ++delay) {
    const auto count = static_cast<std::uint64_t>(count_at_delay(description, delay));
    const std::uint64_t wide = io::hdf5_array_bound(count, 8);
    const std::uint64_t narrow = io::hdf5_array_bound(count, 4);
    const std::uint64_t gradients =
        io::hdf5_growing_bound(count, static_cast<std::uint64_t>(matrix));
    const std::uint64_t indices = run.windowed ? 2 * (wide + narrow) : wide + narrow;
    bytes += run.states.size() * (kGroup + gradients + indices);
  }
  return bytes;
}

}  // namespace stategrad::sinks
