#!/usr/bin/env python3
"""Trainyard and PyTorch in one go, taking turns, so that both see the same machine; prints a Markdown table.

    tests/bench/compare.py --bench build/test/bin/trainyard-bench --python VENV/bin/python [--rounds 5] [--seconds 2]

The peer's Python needs a current torch (pip install torch). Each round runs Trainyard, eager PyTorch and compiled PyTorch for
each model; the median over the rounds counts, and the ratio is against the better of the two peers, by the medians.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--bench", required=True, help="the trainyard-bench program")
parser.add_argument("--python", default=sys.executable, help="a Python with torch")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--seconds", type=float, default=2.0, help="measured time for each model in each round")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--models", default="mlp,lenet5,resnet8")
parser.add_argument("--no-compile", action="store_true", help="leave compiled PyTorch out")
parser.add_argument("--json", action="store_true", help="all figures as JSON")
arguments = parser.parse_args()

peer = [arguments.python, str(pathlib.Path(__file__).with_name("peer_pytorch.py"))]
contestants = {"Trainyard": [arguments.bench], "PyTorch eager": peer}
if not arguments.no_compile:
    contestants["PyTorch compiled"] = peer + ["--compile"]
models = arguments.models.split(",")
rates = {name: {model: [] for model in models} for name in contestants}
libraries = {}


def measure(name, model):
    command = contestants[name] + ["--threads", str(arguments.threads), "--seconds", str(arguments.seconds), "--models", model]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "OMP_NUM_THREADS": str(arguments.threads)})
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr.strip()}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    backend = f" ({result['backend']}, {result['instructions']})" if "backend" in result else ""
    libraries[name] = result["library"] + backend
    rates[name][model].append(result["models"][model])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


for number in range(arguments.rounds):
    for model in models:
        for name in contestants:
            measure(name, model)
    print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)

if arguments.json:
    print(json.dumps({"processor": processor(), "libraries": libraries, "threads": arguments.threads, "samples_per_second": rates}))
    sys.exit(0)
print(f"{processor()}, {arguments.threads} threads, float32, samples/s, median of {arguments.rounds} rounds (lowest to highest)")
print(f"{'; '.join(libraries.values())}\n")
print(f"| model | {' | '.join(contestants)} | ratio |")
print(f"| --- |{' ---: |' * (len(contestants) + 1)}")
for model in models:
    middle = {name: statistics.median(rates[name][model]) for name in contestants}
    best = max(rate for name, rate in middle.items() if name != "Trainyard")
    cells = [f"{middle[name]:,.0f} ({min(rates[name][model]):,.0f} to {max(rates[name][model]):,.0f})" for name in contestants]
    print(f"| {model} | {' | '.join(cells)} | {middle['Trainyard'] / best:.2f} |")
