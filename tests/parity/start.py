#!/usr/bin/env python3
"""Networks trained in PyTorch, saved as a module's state, go on here: the predictions after loading are PyTorch's own.

trainyard-parity (its path is the argument) takes weights.safetensors by PyTorch's names and layouts. Ends with 1 where predictions
differ, with 77 where PyTorch is missing."""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as error:
    print(f"Skipped: {error}.")
    sys.exit(77)

from torch import nn

from cases import Case
from parity import graph_json, read_tensors, write_tensors

TOLERANCE = 2e-6
LOSS = ("softmax_cross_entropy", "loss", {}, [])


class Images(nn.Module):
    """Convolutions with statistics, and a dense layer that reads the image channel by channel."""
    case = Case("convolutions, batch norm, flatten", [6, 5, 2],
                [("conv2d", "stem", {"filters": 4, "padding": "explicit", "padding_size": [1, 1]}, []), ("batch_norm", "norm", {}, []), ("relu", "a", {}, []),
                 ("conv2d", "groups", {"filters": 6, "groups": 2, "stride": [2, 2], "padding": "valid", "bias": False}, []), ("prelu", "b", {}, []),
                 ("flatten", "flat", {}, []), ("dropout", "drop", {}, []), ("dense", "hidden", {"units": 7}, []), ("tanh", "c", {}, []),
                 ("layer_norm", "scale", {}, []), ("dense", "scores", {"units": 3}, []), LOSS])

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.groups = nn.Conv2d(4, 6, 3, stride=2, groups=2, bias=False)
        self.b = nn.PReLU(6)
        self.hidden = nn.Linear(6 * 2 * 2, 7)
        self.scale = nn.LayerNorm(7)
        self.scores = nn.Linear(7, 3)

    def forward(self, x):
        x = self.groups(self.norm(self.stem(x.movedim(-1, 1))).relu())
        return self.scores(self.scale(self.hidden(self.b(x).flatten(1)).tanh()))


class Upsampled(nn.Module):
    """A transposed convolution, and statistics of a flattened image."""
    case = Case("transposed convolution, batch norm after flatten", [3, 4, 2],
                [("conv_transpose2d", "up", {"filters": 3, "kernel": [4, 4], "stride": [2, 2], "padding": "explicit", "padding_size": [1, 1]}, []),
                 ("flatten", "flat", {}, []), ("batch_norm", "norm", {}, []), ("dense", "scores", {"units": 3}, []), LOSS])

    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1)
        self.norm = nn.BatchNorm1d(3 * 6 * 8)
        self.scores = nn.Linear(3 * 6 * 8, 3)

    def forward(self, x):
        return self.scores(self.norm(self.up(x.movedim(-1, 1)).flatten(1)))


class Recurrent(nn.Module):
    """Two layers in both directions, whose biases are sums."""
    def __init__(self, kind):
        super().__init__()
        self.memory = {"lstm": nn.LSTM, "gru": nn.GRU}[kind](3, 4, 2, bidirectional=True, batch_first=True)
        self.scores = nn.Linear(8, 3)
        self.case = Case(kind, [6, 3], [(kind, "memory", {"units": 4, "layers": 2, "bidirectional": True, "output": "last"}, []), ("dense", "scores", {"units": 3}, []), LOSS])

    def forward(self, x):
        last = self.memory(x)[1]  # of an LSTM with its cells
        last = last[0] if isinstance(last, tuple) else last
        return self.scores(torch.cat([last[-2], last[-1]], -1))


class Tokens(nn.Module):
    """An embedding, which keeps its layout, and a convolution along the text."""
    case = Case("embedding, convolution along a sequence", [8], [("embedding", "words", {"tokens": 11, "width": 5}, []),
                                                                 ("conv1d", "mix", {"filters": 4, "kernel": 3, "padding": "valid"}, []), ("relu", "a", {}, []),
                                                                 ("flatten", "flat", {}, []), ("dense", "scores", {"units": 3}, []), LOSS], tokens=11)

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(11, 5)
        self.mix = nn.Conv1d(5, 4, 3)
        self.scores = nn.Linear(6 * 4, 3)

    def forward(self, x):
        return self.scores(self.mix(self.words(x.long()).movedim(-1, 1)).relu().flatten(1))


def check(program, module):
    case, random = module.case, numpy.random.default_rng(7)
    with torch.no_grad():
        for name, buffer in module.named_buffers():  # as after some training
            if name.endswith("running_mean"):
                buffer.uniform_(-0.5, 0.5)
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2)
        for parameter in module.parameters():
            parameter.add_(0.1 * torch.rand_like(parameter))
    features, targets = case.batch(random)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "graph.json").write_text(json.dumps(graph_json(case)))
        (folder / "training.json").write_text(json.dumps({"seed": 3, "threads": 1, "optimizer": case.optimizer}))
        write_tensors(folder / "batch.safetensors", {"features": features, "targets": targets})
        write_tensors(folder / "weights.safetensors", {name: value.numpy() for name, value in module.state_dict().items()})
        done = subprocess.run([program, folder, "1", "1"], capture_output=True, text=True)
        if done.returncode != 0:
            return f"does not run: {done.stderr.strip()}"
        ours = read_tensors(folder / "end.safetensors")["predictions"]
    with torch.no_grad():
        wanted = module.double().eval()(torch.tensor(features).double()).numpy()
    error = numpy.linalg.norm(ours - wanted) / numpy.linalg.norm(wanted)
    print(f"  {case.name:<52} {error:9.1e}")
    return "" if error <= TOLERANCE else f"predictions differ by {error:.1e}, tolerance {TOLERANCE:.0e}"


def main():
    torch.set_num_threads(1)
    print(f"Weights of PyTorch {torch.__version__} loaded by Trainyard; relative error of the predictions:")
    faults = []
    torch.manual_seed(5)
    for module in (Images(), Upsampled(), Recurrent("lstm"), Recurrent("gru"), Tokens()):
        if fault := check(sys.argv[1], module):
            faults.append(f"{module.case.name}: {fault}")
    for fault in faults:
        print("FAIL", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
