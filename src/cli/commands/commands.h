// SPDX-License-Identifier: MIT
//
// One function per command, each in the file of its name: adds the command to the program.
#pragma once

#include <CLI/App.hpp>

#include "cli/session.h"

namespace stategrad::cli {

void add_run(CLI::App& program, Session& session);
void add_train(CLI::App& program, Session& session);
void add_eval(CLI::App& program, Session& session);
void add_gradients(CLI::App& program, Session& session);
void add_prepare(CLI::App& program, Session& session);
void add_synth(CLI::App& program, Session& session);
void add_pack(CLI::App& program, Session& session);
void add_average(CLI::App& program, Session& session);
void add_normalize(CLI::App& program, Session& session);
void add_svd(CLI::App& program, Session& session);
void add_relative_memory(CLI::App& program, Session& session);
void add_subspace(CLI::App& program, Session& session);
void add_difference(CLI::App& program, Session& session);
void add_probe(CLI::App& program, Session& session);
void add_pos(CLI::App& program, Session& session);
void add_word2vec(CLI::App& program, Session& session);
void add_embeddings(CLI::App& program, Session& session);
void add_analyze(CLI::App& program, Session& session);
void add_merge(CLI::App& program, Session& session);
void add_report(CLI::App& program, Session& session);
void add_plot(CLI::App& program, Session& session);
void add_import(CLI::App& program, Session& session);
void add_export(CLI::App& program, Session& session);
void add_states(CLI::App& program, Session& session);
void add_check_gradients(CLI::App& program, Session& session);
void add_info(CLI::App& program, Session& session);
void add_documentation(CLI::App& program, Session& session);

/// All of them, in the order of --help.
void add_commands(CLI::App& program, Session& session);

}  // namespace stategrad::cli
