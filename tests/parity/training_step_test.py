# SPDX-License-Identifier: MIT
"""One training step of the program and of PyTorch: loss, gradients, clipping, new weights.

The training text has exactly one window, so that one epoch is one step. The weights before it are
those after a step of no size: they depend on the seed alone.
"""

import math
import unittest

from parity import LanguageModel, ParityTest, cases, read_safetensors, torch, windows

NO_STEP = 1e-300
NO_CLIP = 1e9
OPTIMIZERS = {
    "sgd": (0.5, lambda parameters, rate: torch.optim.SGD(parameters, lr=rate)),
    # A small rate: the first step of Adam is the gradient over its own size, which magnifies the
    # float32 rounding of gradients below its epsilon of 1e-8.
    "adam": (0.001, lambda parameters, rate: torch.optim.Adam(parameters, lr=rate)),
    "adagrad": (0.1, lambda parameters, rate: torch.optim.Adagrad(
        parameters, lr=rate, initial_accumulator_value=0.1, eps=0)),
}


class TrainingStep(ParityTest):
    def one_window(self, shape):
        """A data folder whose training text is a window and what makes it one."""
        return self.corpus(shape.batch_size * (2 * shape.num_steps + 1), valid_words=150)

    def step_of_torch(self, path, settings, shape, data):
        """The model before the step, with the gradients of its loss, and the loss."""
        model = LanguageModel(self.path(path, "model.safetensors"))
        [(inputs, targets)] = windows(self.ids(path, data + "/train.txt"), shape)
        scores, _ = model.log_probabilities(inputs, targets, model.start(shape.batch_size))
        loss = -scores.mean(dim=1).sum()
        loss.backward()
        untrained = (2 if settings.get("reset_after") else 4) * shape.size
        for name, parameter in model.named_parameters():
            if "bias_hh" in name:
                parameter.grad[:untrained] = 0
        return model, loss.item()

    def test_loss_and_every_gradient(self):
        rate = 0.5
        for number, (name, settings, shape) in enumerate(cases()):
            with self.subTest(name):
                data = self.one_window(shape)
                common = {"optimizer": "sgd", "max_grad_norm": NO_CLIP, "data_path": data}
                before, after = f"before_{number}", f"after_{number}"
                row = self.train(before, settings, **common, learning_rate=NO_STEP)
                self.train(after, settings, **common, learning_rate=rate)
                model, loss = self.step_of_torch(before, settings, shape, data)
                perplexity = math.exp(loss / shape.num_steps)
                self.assertLessEqual(abs(row["train_perplexity"] / perplexity - 1), 1e-10)
                _, tensors = read_safetensors(self.path(after, "model.safetensors"))
                self.assertEqual(set(tensors), {n for n, _ in model.named_parameters()})
                for tensor, parameter in model.named_parameters():
                    gradient = (parameter.detach() - tensors[tensor]) / rate
                    self.assert_close(gradient, parameter.grad, 1e-9, tensor)

    def test_new_weights_with_and_without_clipping(self):
        for number, (name, settings, shape) in enumerate(cases()):
            data = self.one_window(shape)
            before = f"before_{number}"
            self.train(before, settings, learning_rate=NO_STEP, data_path=data)
            for optimizer in OPTIMIZERS:
                for clip in (False, True):
                    with self.subTest(name, optimizer=optimizer, clip=clip):
                        model, _ = self.step_of_torch(before, settings, shape, data)
                        path = f"{optimizer}_{clip}_{number}"
                        self.check_new_weights(model, path, {**settings, "data_path": data},
                                               optimizer, clip)

    def check_new_weights(self, model, path, settings, optimizer, clip):
        rate, make_optimizer = OPTIMIZERS[optimizer]
        norm = math.sqrt(sum((p.grad**2).sum().item() for p in model.parameters()))
        limit = norm / 3 if clip else NO_CLIP
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        torch.nn.utils.clip_grad_norm_(model.parameters(), limit)
        make_optimizer(model.parameters(), rate).step()
        for dtype in ("float64", "float32"):
            self.train(f"{path}_{dtype}", settings, optimizer=optimizer, learning_rate=rate,
                       max_grad_norm=limit, dtype=dtype)
            _, tensors = read_safetensors(self.path(f"{path}_{dtype}", "model.safetensors"))
            for name, parameter in model.named_parameters():
                after, found = parameter.detach(), tensors[name]
                self.assert_close(found, after, 1e-5, f"{dtype} {name}")
                if dtype == "float64":
                    step = after - before[name]
                    self.assert_close(found - before[name], step, 1e-5, f"step of {name}")


if __name__ == "__main__":
    unittest.main()
