#!/usr/bin/env python3
"""The peer: the three benchmark models in PyTorch on the CPU.

One training step is forward, softmax cross-entropy, backward and SGD with momentum 0.9 in float32, on one resident batch of
random data (so the peer pays nothing for gathering or metrics), images in channels_last. Eager and, with --compile,
torch.compile are timed separately. Prints one JSON object {"library": ..., "models": {name: samples_per_s}}.
"""
import argparse
import json
import os
import statistics
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=2.0, help="measured time for each model")
parser.add_argument("--repeats", type=int, default=7)
parser.add_argument("--compile", action="store_true", help="use torch.compile")
parser.add_argument("--models", default="mlp,lenet5,resnet8")
arguments = parser.parse_args()
os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))

import torch  # noqa: E402  (the thread count has to be set before)
from torch import nn  # noqa: E402

torch.set_num_threads(arguments.threads)
torch.manual_seed(1)


class Block(nn.Module):
    """Two 3x3 convolutions with batch norm around a skip connection (He et al. 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.skip = None
        if stride != 1 or inputs != outputs:
            self.skip = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return torch.relu(y + (x if self.skip is None else self.skip(x)))


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def resnet8():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


MODELS = {"mlp": (mlp, (784,), 128), "lenet5": (lenet5, (1, 28, 28), 128), "resnet8": (resnet8, (3, 32, 32), 64)}


def samplesPerSecond(make, shape, batch):
    model = make()
    x = torch.randn(batch, *shape)
    if x.dim() == 4:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,))
    model.train()
    # The fused CPU kernel exists since 2.4; foreach before.
    try:
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, fused=True)
    except (RuntimeError, TypeError):
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, foreach=True)
    loss = nn.CrossEntropyLoss()
    run = torch.compile(model) if arguments.compile else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(run(x), y).backward()
        optimizer.step()

    for _ in range(20):
        step()
    begin = time.perf_counter()
    for _ in range(10):
        step()
    each = max(3, int(arguments.seconds / arguments.repeats / ((time.perf_counter() - begin) / 10)))
    rates = []
    for _ in range(arguments.repeats):
        begin = time.perf_counter()
        for _ in range(each):
            step()
        rates.append(each * batch / (time.perf_counter() - begin))
    return statistics.median(rates)


result = {"library": f"PyTorch {torch.__version__}" + (" compiled" if arguments.compile else " eager"),
          "threads": arguments.threads,
          "models": {name: round(samplesPerSecond(*MODELS[name]), 1) for name in arguments.models.split(",")}}
print(json.dumps(result))
