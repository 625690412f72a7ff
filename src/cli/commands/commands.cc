// SPDX-License-Identifier: MIT
#include "cli/commands/commands.h"

namespace stategrad::cli {

void add_commands(CLI::App& program, Session& session) {
  add_run(program, session);
  add_train(program, session);
  add_eval(program, session);
  add_gradients(program, session);
  add_analyze(program, session);
  add_merge(program, session);
  add_report(program, session);
  add_probe(program, session);
  add_plot(program, session);
  add_check_gradients(program, session);
  add_import(program, session);
  add_export(program, session);
  add_states(program, session);
  add_prepare(program, session);
  add_synth(program, session);
  add_embeddings(program, session);
  add_pack(program, session);
  add_average(program, session);
  add_normalize(program, session);
  add_svd(program, session);
  add_relative_memory(program, session);
  add_subspace(program, session);
  add_difference(program, session);
  add_pos(program, session);
  add_word2vec(program, session);
  add_info(program, session);
  add_documentation(program, session);
}

}  // namespace stategrad::cli
