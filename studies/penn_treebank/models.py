# SPDX-License-Identifier: MIT
"""The models of the study: published configurations, and what is done with each."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    config: str  # of configs/, without .config
    epochs: int
    settings: tuple = ()  # KEY=VALUE, in place of those of the configuration
    pytorch: bool = False  # its first epochs are trained in PyTorch too
    analyzed: bool = True
    share: int = 1  # of the training text it gets the first 1/share

    @property
    def folder(self):
        return self.name if self.settings or self.share > 1 else self.config


# Of PyTorch and the program beside each other.
EPOCHS_BESIDE_PYTORCH = 3

MODELS = (
    Model("lstm", "ptb-norm-wsj_64e_256h_steps50", epochs=39),
    Model("lstm-200", "ptb-norm-wsj_64e_256h_steps200", epochs=3, pytorch=True, analyzed=False),
    Model("gru", "ptb-norm-wsj_GRU_64e_256h_steps200", epochs=13, pytorch=True),
    # Diverges by this recipe, in PyTorch too: nothing to analyse.
    Model("rnn", "ptb-norm-wsj_RNN_64e_256h_steps200", epochs=13, pytorch=True, analyzed=False),
    # Does not: shorter windows, whose losses add up to less, and a tenth of the rate.
    Model("rnn-50", "ptb-norm-wsj_RNN_64e_256h_steps200", epochs=13,
          settings=("num_steps=50", "learning_rate=0.1")),
    Model("lstm-128", "ptb-norm-wsj_64e_128h_steps200", epochs=13),
    # What less text changes.
    Model("lstm-128-quarter", "ptb-norm-wsj_64e_128h_steps200", epochs=13, share=4),
)


def select(names, epochs):
    """The models of these names, or all, trained for at most so many epochs, if given."""
    return [dataclasses.replace(model, epochs=min(model.epochs, epochs or model.epochs))
            for model in MODELS if names is None or model.name in names]
