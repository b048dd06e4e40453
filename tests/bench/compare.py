#!/usr/bin/env python3
"""Trainyard and PyTorch in one go, taking turns, so that both see the same machine; prints a Markdown table.

    tests/bench/compare.py --bench build/test/bin/trainyard-bench --python VENV/bin/python [--rounds 5] [--seconds 2]
    tests/bench/compare.py --device cuda:0 --models mlp,lenet5,resnet18,resnet50 --bench ... --python ...

The peer's Python needs a current torch (pip install torch). Each round runs Trainyard and each mode of PyTorch for each model;
the median over the rounds counts, and the ratio is against the best of the peers, by the medians. On a GPU the table also
says which share of a plain large bfloat16 product's FLOP/s Trainyard reaches.
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
parser.add_argument("--device", default="cpu", help="cpu or cuda:0")
parser.add_argument("--modes", help="of PyTorch, with commas between; all that the device has, unless told")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--seconds", type=float, default=2.0, help="measured time for each model in each round")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--models", help="names, with commas between")
parser.add_argument("--precision", choices=["float32", "bfloat16"], help="for all models, instead of each model's own")
parser.add_argument("--tf32", action="store_true", help="let float32 products round their factors, on both sides")
parser.add_argument("--autotune", action="store_true", help="let Trainyard time its kernels before measuring")
parser.add_argument("--json", action="store_true", help="all figures as JSON")
arguments = parser.parse_args()

on_gpu = arguments.device != "cpu"
models = (arguments.models or ("mlp,lenet5,resnet18,resnet50,lstm,gpt" if on_gpu else "mlp,lenet5,resnet8,resnet18,lstm,gpt")).split(",")
modes = (arguments.modes or ("eager,compiled,max-autotune,reduce-overhead,graph" if on_gpu else "eager,compiled")).split(",")
common = (["--tf32"] if arguments.tf32 else []) + (["--precision", arguments.precision] if arguments.precision else [])
peer = [arguments.python, str(pathlib.Path(__file__).with_name("peer_pytorch.py"))] + common
contestants = {"Trainyard": [arguments.bench] + common + (["--autotune"] if arguments.autotune else [])}
for mode in modes:
    contestants[f"PyTorch {mode}"] = peer + ["--mode", mode]
rates = {name: {model: [] for model in models} for name in contestants}
libraries, precisions, flops, refused = {}, {}, {}, {}


def launch(command):
    everywhere = ["--device", arguments.device, "--threads", str(arguments.threads), "--seconds", str(arguments.seconds)]
    done = subprocess.run(command + everywhere, capture_output=True, text=True, check=False,
                          env={**os.environ, "OMP_NUM_THREADS": str(arguments.threads)})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(name, model):
    if (name, model) in refused:
        return
    try:
        result = launch(contestants[name] + ["--models", model])
    except RuntimeError as error:
        if name == "Trainyard" or not on_gpu:
            sys.exit(str(error))
        refused[name, model] = str(error)  # a mode of the peer's that this model does not run in is no reason to stop
        print(error, file=sys.stderr)
        return
    backend = f" ({result['backend']}, {result['instructions']})" if "backend" in result else ""
    libraries[name] = result["library"] + backend
    rates[name][model].append(result["models"][model])
    if "precision" in result:
        precisions[model] = result["precision"][model]
        flops.setdefault(model, []).append(result["flops_per_second"][model])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def rate_text(rate):
    return f"{rate:,.1f}" if rate < 100 else f"{rate:,.0f}"


machine = f"{processor()}, {arguments.threads} threads"
ceiling = None
if on_gpu:
    probe = launch(peer + ["--ceiling", "--models", ""])
    machine, ceiling = probe["device"], probe["ceiling_flops_per_second"]
for number in range(arguments.rounds):
    for model in models:
        for name in contestants:
            measure(name, model)
    print(f"round {number + 1} of {arguments.rounds} done", file=sys.stderr)

if arguments.json:
    print(json.dumps({"machine": machine, "libraries": libraries, "threads": arguments.threads, "samples_per_second": rates,
                      "precision": precisions, "flops_per_second": flops, "ceiling_flops_per_second": ceiling}))
    sys.exit(0)
print(f"{machine}, samples/s, median of {arguments.rounds} rounds (lowest to highest)")
print("; ".join(libraries.values()))
if ceiling:
    print(f"a plain 8192^3 bfloat16 product: {ceiling / 1e12:,.0f} TFLOP/s")
head = ["model", "precision", *contestants, "ratio to the best"] + (["share of the product's FLOP/s"] if ceiling else [])
print(f"\n| {' | '.join(head)} |")
print(f"| --- | --- |{' ---: |' * (len(head) - 2)}")
for model in models:
    cells, middle = [], {}
    for name in contestants:
        measured = rates[name][model]
        if measured:
            middle[name] = statistics.median(measured)
        cells.append(f"{rate_text(middle[name])} ({rate_text(min(measured))} to {rate_text(max(measured))})" if measured else "did not run")
    best = max((rate for name, rate in middle.items() if name != "Trainyard"), default=None)
    cells.append(f"{middle['Trainyard'] / best:.2f}" if best else "-")
    if ceiling:
        cells.append(f"{statistics.median(flops[model]) / ceiling * 100:.1f} %")
    print(f"| {model} | {precisions[model]} | {' | '.join(cells)} |")
