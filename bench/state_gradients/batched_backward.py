# SPDX-License-Identifier: MIT
"""The backward passes of all components in one: torch.autograd's is_grads_batched."""

import torch

from harness import timing
from torch_lstm import Backward, flops_of_backward


def jacobian(state, inputs):
    units = torch.eye(len(state))
    (rows,) = torch.autograd.grad(state, inputs, units, is_grads_batched=True)
    return rows[:, :, 0].transpose(0, 1).flip(0)


def answer(case):
    return Backward.answer(case, jacobian)


def measure(case):
    reader = Backward(case, case["text"], jacobian)
    position = case["D"] - 1
    reader.position(position)
    return timing.repeat(case, lambda: timing.stopwatch(lambda: reader.position(position), 1))


flops = flops_of_backward
