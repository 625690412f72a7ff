// SPDX-License-Identifier: MIT
#include "stategrad/state_gradients.h"

#include "gradient/engine.h"

namespace stategrad {

template <class Real>
void compute_state_gradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                             const GradientOptions& options, GradientSink& sink, ThreadTeam& team) {
  const GradientRun run = plan_state_gradients(model, text, options);
  gradient::StateGradientEngine<Real> engine(model, run, options.basis, team);
  sink.begin(run);
  engine.advance(engine.words(), sink, options.stop, options.on_progress);
  sink.finish();
}

template void compute_state_gradients(const LanguageModel<float>&, std::span<const WordId>,
                                      const GradientOptions&, GradientSink&, ThreadTeam&);
template void compute_state_gradients(const LanguageModel<double>&, std::span<const WordId>,
                                      const GradientOptions&, GradientSink&, ThreadTeam&);

}  // namespace stategrad
