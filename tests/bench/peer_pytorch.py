#!/usr/bin/env python3
"""The peer: the benchmark's models in PyTorch, on the CPU or a CUDA device.

One training step is forward, softmax cross-entropy, backward and SGD with momentum 0.9, on one resident batch of random data
(so the peer pays nothing for gathering or metrics), images in channels_last. On a GPU the larger models run in bfloat16
through autocast with float32 weights, as Trainyard does; --precision bfloat16 runs all so. --mode: eager, compiled (torch.compile), max-autotune,
reduce-overhead (its modes) and graph (the whole step captured by hand into one CUDA graph). Prints one JSON object
{"library": ..., "models": {name: samples_per_s}}.
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
parser.add_argument("--mode", default="eager", choices=["eager", "compiled", "max-autotune", "reduce-overhead", "graph"])
parser.add_argument("--device", default="cpu", help="cpu or cuda:0")
parser.add_argument("--precision", default="model", choices=["model", "float32", "bfloat16"], help="for all models, instead of each model's own")
parser.add_argument("--tf32", action="store_true", help="let float32 products round their factors")
parser.add_argument("--ceiling", action="store_true", help="also the FLOP/s of a plain 8192^3 bfloat16 product")
parser.add_argument("--models", default="mlp,lenet5,resnet8")
arguments = parser.parse_args()
os.environ.setdefault("OMP_NUM_THREADS", str(arguments.threads))

import torch  # noqa: E402  (the thread count has to be set before)
from torch import nn  # noqa: E402

torch.set_num_threads(arguments.threads)
torch.manual_seed(1)
device = torch.device(arguments.device)
on_gpu = device.type == "cuda"
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = arguments.tf32
torch.backends.cudnn.benchmark = on_gpu


def wait():
    if on_gpu:
        torch.cuda.synchronize()


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


def resnet18():
    """The form for 32x32 images: a 3x3 first layer without pooling."""
    blocks = []
    for inputs, outputs in ((64, 64), (64, 128), (128, 256), (256, 512)):
        blocks += [Block(inputs, outputs, 1 if inputs == outputs else 2), Block(outputs, outputs, 1)]
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 around a skip connection; the stride is the 3x3's."""

    def __init__(self, inputs, width, stride):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width))
        self.skip = None
        if stride != 1 or inputs != 4 * width:
            self.skip = nn.Sequential(nn.Conv2d(inputs, 4 * width, 1, stride, bias=False), nn.BatchNorm2d(4 * width))

    def forward(self, x):
        return torch.relu(self.main(x) + (x if self.skip is None else self.skip(x)))


def resnet50():
    blocks, inputs = [], 64
    for width, count in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for i in range(count):
            blocks.append(Bottleneck(inputs, width, 2 if i == 0 and width != 64 else 1))
            inputs = 4 * width
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *blocks,
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 10))


class LastStates(nn.Module):
    """Two LSTM layers, and a classifier behind the last states."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 512, num_layers=2, batch_first=True)
        self.head = nn.Linear(512, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


class GptLayer(nn.Module):
    """As in GPT-2: norm, attention, add; norm, dense, GELU, dense, add."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, dim=2))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(nn.functional.gelu(self.wide(self.norm2(x))))


class Gpt(nn.Module):
    """Six layers of width 384 with six heads over 256 characters out of 65; one prediction for each."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(65, 384), nn.Parameter(0.02 * torch.randn(256, 384))
        self.layers = nn.Sequential(*(GptLayer(384, 6) for _ in range(6)), nn.LayerNorm(384), nn.Linear(384, 65))

    def forward(self, x):
        return self.layers(self.tokens(x) + self.places).flatten(0, 1)


# name: model, sample shape, batch on a GPU and on the CPU, bfloat16 on a GPU
MODELS = {"mlp": (mlp, (784,), 128, 128, False), "lenet5": (lenet5, (1, 28, 28), 128, 128, False),
          "resnet8": (resnet8, (3, 32, 32), 64, 64, False), "resnet18": (resnet18, (3, 32, 32), 512, 64, True),
          "resnet50": (resnet50, (3, 224, 224), 128, 16, True), "lstm": (LastStates, (128, 64), 64, 64, True),
          "gpt": (Gpt, (256,), 64, 16, True)}


def captured(step):
    """The whole step as one CUDA graph, after warming up on a side stream as PyTorch asks."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def samplesPerSecond(make, shape, gpu_batch, cpu_batch, bfloat16):
    batch = gpu_batch if on_gpu else cpu_batch
    model = make().to(device)
    tokens = make is Gpt
    x = torch.randint(0, 65, (batch, *shape), device=device) if tokens else torch.randn(batch, *shape, device=device)
    if x.dim() == 4:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    y = torch.randint(0, 65, (x.numel(),), device=device) if tokens else torch.randint(0, 10, (batch,), device=device)
    model.train()
    # The fused kernel exists for the CPU since 2.4; foreach before.
    try:
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, fused=True)
    except (RuntimeError, TypeError):
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, foreach=True)
    loss = nn.CrossEntropyLoss()
    lowered = arguments.precision == "bfloat16" or (arguments.precision == "model" and on_gpu and bfloat16)
    run = model
    if arguments.mode == "compiled":
        run = torch.compile(model)
    elif arguments.mode in ("max-autotune", "reduce-overhead"):
        run = torch.compile(model, mode=arguments.mode)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=lowered):
            output = loss(run(x), y)
        output.backward()
        optimizer.step()

    if arguments.mode == "graph":
        step = captured(step)
    def secondsOf(count):
        begin = time.perf_counter()
        for _ in range(count):
            step()
        wait()
        return time.perf_counter() - begin

    # Long steps need fewer of them to warm up; the first may compile.
    secondsOf(2)
    long = secondsOf(1) > 0.1
    secondsOf(0 if long else 17)
    probe = 1 if long else 10
    each = max(1 if long else 3, int(arguments.seconds / arguments.repeats / (secondsOf(probe) / probe)))
    rates = []
    for _ in range(arguments.repeats):
        rates.append(each * batch / secondsOf(each))
    return statistics.median(rates)


def ceiling():
    """FLOP/s of a plain large product on random data: what this GPU gives to the best of kernels."""
    size = 8192
    a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(5):
        a @ b
    rates = []
    for _ in range(arguments.repeats):
        wait()
        begin = time.perf_counter()
        for _ in range(20):
            a @ b
        wait()
        rates.append(20 * 2 * size**3 / (time.perf_counter() - begin))
    return statistics.median(rates)


result = {"library": f"PyTorch {torch.__version__} {arguments.mode}",
          "device": torch.cuda.get_device_name(device) if on_gpu else "cpu",
          "threads": arguments.threads,
          "models": {name: round(samplesPerSecond(*MODELS[name]), 1) for name in arguments.models.split(",") if name}}
if arguments.ceiling:
    result["ceiling_flops_per_second"] = ceiling()
print(json.dumps(result))
