// SPDX-License-Identifier: MIT
//
// What the tests of the HDF5 files share: a small random model and a text, and passes over them.
#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "gradient/gradient_test_util.h"
#include "io/hdf5.h"
#include "io/io_test_util.h"
#include "sinks/run_description.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::sinks {

class H5Test : public io::FolderTest {
 protected:
  /// Two layers of three units, five embedding dimensions, a vocabulary of six words.
  static Architecture shape() {
    return {
        .cell = CellKind::kLstm, .num_layers = 2, .vocab_size = 6, .embedding_size = 5, .size = 3};
  }
  static GradientOptions windowed() {
    GradientOptions options;
    options.windowed = true;
    options.num_steps = 7;
    options.time_steps = {2, 6};
    options.max_delay = 4;
    options.states = {{StateKind::kCell, 1}, {StateKind::kHidden, 0}};
    return options;
  }
  static GradientOptions continuous() {
    GradientOptions options;
    options.max_delay = 6;
    return options;
  }

  [[nodiscard]] GradientRun plan(const GradientOptions& options) const {
    return plan_state_gradients(model_, std::span<const WordId>(text_), options);
  }
  void run(const GradientOptions& options, GradientSink& sink) const {
    ThreadTeam team(2);
    compute_state_gradients(model_, std::span<const WordId>(text_), options, sink, team);
  }
  [[nodiscard]] std::filesystem::path file_without_groups() const {
    const std::filesystem::path file = folder_ / "none.h5";
    io::Hdf5Writer out(file, io::Hdf5Storage::kMemory);
    out.set_attribute("/", "magic", "something");
    out.commit();
    return file;
  }
  /// What a pass delivers, kept in memory.
  [[nodiscard]] gradient::KeepingSink keep(const GradientOptions& options) const {
    gradient::KeepingSink sink;
    run(options, sink);
    return sink;
  }
  static Provenance provenance(DType dtype = DType::kFloat64) {
    return {.model = "models/mine",
            .model_fingerprint = "0123456789abcdef",
            .text = "data/Übung.txt",
            .dtype = dtype,
            .basis = {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  LanguageModel<double> model_ = gradient::random_model(shape(), 1);
  std::vector<WordId> text_ = gradient::random_text(shape(), 40, 2);
};

}  // namespace stategrad::sinks
