# SPDX-License-Identifier: MIT
"""The models of the study: published configurations, and what is done with each."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    config: str  # of configs/, without .config: also the name of the model's folder
    epochs: int
    pytorch: bool = False  # its first epochs are trained in PyTorch too
    analyzed: bool = True


# Of PyTorch and the program beside each other.
EPOCHS_BESIDE_PYTORCH = 3

MODELS = (
    Model("lstm", "ptb-norm-wsj_64e_256h_steps50", epochs=39),
    Model("lstm-200", "ptb-norm-wsj_64e_256h_steps200", epochs=3, pytorch=True, analyzed=False),
    Model("gru", "ptb-norm-wsj_GRU_64e_256h_steps200", epochs=13, pytorch=True),
    # Diverges by this recipe, in PyTorch too: nothing to analyse.
    Model("rnn", "ptb-norm-wsj_RNN_64e_256h_steps200", epochs=13, pytorch=True, analyzed=False),
    Model("lstm-128", "ptb-norm-wsj_64e_128h_steps200", epochs=13),
)


def select(names, epochs):
    """The models of these names, or all, trained for at most so many epochs, if given."""
    return [dataclasses.replace(model, epochs=min(model.epochs, epochs or model.epochs))
            for model in MODELS if names is None or model.name in names]
