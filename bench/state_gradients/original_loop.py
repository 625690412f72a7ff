# SPDX-License-Identifier: MIT
"""As the original program does it: the gradient of each component of the state, one by one."""

import torch

from harness import timing
from torch_lstm import Backward, flops_of_backward


def jacobian(state, inputs):
    rows = [torch.autograd.grad(unit, inputs, retain_graph=True)[0][:, 0] for unit in state]
    return torch.stack(rows, dim=1).flip(0)


def answer(case):
    return Backward.answer(case, jacobian)


def measure(case):
    reader = Backward(case, case["text"], jacobian)
    position = case["D"] - 1
    return timing.repeat(case, lambda: timing.stopwatch(lambda: reader.position(position), 1))


flops = flops_of_backward
