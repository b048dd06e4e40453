#!/usr/bin/env python3
"""Compares small networks with PyTorch: predictions, losses and the weights after some training steps.

trainyard-parity (its path is the argument) computes them in float32; PyTorch computes the same from the same first weights in
float64. Prints a line per case and ends with 1 where one differs by more than its tolerance; with 77 where PyTorch is missing.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
except ImportError as error:
    print(f"Skipped: {error}.")
    sys.exit(77)

from cases import CASES
from layers import LAYERS, LOSSES
from optimizers import OPTIMIZERS
from schedules import schedule

TYPES = {"F32": numpy.float32, "F64": numpy.float64, "I32": numpy.int32, "I64": numpy.int64}


def read_tensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(data[8 + length + begin:8 + length + end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def write_tensors(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        kind = next(key for key, value in TYPES.items() if value == tensor.dtype)
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(body), len(body) + tensor.nbytes]}
        body += tensor.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def graph_json(case):
    """The network as a project file has it: an input of the samples' shape, then the case's layers in order. A layer without
    named inputs takes the one before it."""
    layers = [("input", "in", {"shape": case.shape}, [])] + case.layers
    ids = {name: number for number, (_, name, _, _) in enumerate(layers, 1)}
    wires, before = [], None
    for kind, name, _, inputs in layers:
        sources = inputs or ([before] if before else [])
        wires += [[ids[source], ids[name], port] for port, source in enumerate(sources)]
        before = name
    entries = [{"id": ids[name], "type": kind, "name": name, "parameters": settings} for kind, name, settings, _ in layers]
    return {"layers": entries, "wires": sorted(wires, key=lambda wire: (wire[1], wire[2]))}


def forward(case, parameters, features, training):
    """The last layer is the loss; returns what comes to it."""
    values, before = {"in": features}, "in"
    for kind, name, settings, inputs in case.layers[:-1]:
        own = {key[len(name) + 1:]: value for key, value in parameters.items() if key.startswith(name + "/")}
        arguments = [settings, own, [values[source] for source in inputs or [before]]]
        if kind == "batch_norm":
            arguments.append(training)
        values[name] = LAYERS[kind](*arguments)
        before = name
    return values[before]


def expected(case, start, features, targets):
    parameters = {name: torch.tensor(value, dtype=torch.float64) for name, value in start.items()}
    trained = [value.requires_grad_() for name, value in parameters.items() if "/running_" not in name]
    features = torch.tensor(features)
    features = features.double() if features.is_floating_point() else features.long()
    targets = torch.tensor(targets)
    targets = targets.double() if targets.is_floating_point() else targets
    with torch.no_grad():
        predictions = forward(case, parameters, features, False)
    optimizer = OPTIMIZERS[case.optimizer["type"]](trained, case.optimizer)
    kind, _, settings, _ = case.layers[-1]
    losses = []
    rates = schedule(optimizer, case.schedule, case.steps_per_epoch, case.steps)
    for step in range(case.steps):
        optimizer.zero_grad()
        loss = LOSSES[kind](settings, forward(case, parameters, features, True), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        rates.done(step + 1, case.steps, loss.item())
    result = {name: value.detach().numpy() for name, value in parameters.items()}
    return {**result, "predictions": predictions.numpy(), "loss": numpy.array(losses)}


def worst_difference(ours, theirs, start):
    """The largest relative error and its tensor; of weights, relative to how far they moved."""
    worst = (0.0, "")
    for name, wanted in theirs.items():
        got = ours[name].astype(numpy.float64).reshape(wanted.shape)
        size = numpy.linalg.norm(wanted - start[name]) if name in start else numpy.linalg.norm(wanted)
        error = numpy.linalg.norm(got - wanted) / max(size, 1e-6 * max(numpy.linalg.norm(wanted), 1e-6))
        if not error <= worst[0]:
            worst = (error, name)
    return worst


def check(program, case):
    random = numpy.random.default_rng(7)
    features, targets = case.batch(random)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "graph.json").write_text(json.dumps(graph_json(case)))
        (folder / "training.json").write_text(json.dumps({"seed": 3, "threads": 1, "optimizer": case.optimizer, "schedule": case.schedule}))
        write_tensors(folder / "batch.safetensors", {"features": features, "targets": targets})
        done = subprocess.run([program, folder, str(case.steps), str(case.steps_per_epoch)], capture_output=True, text=True)
        if done.returncode != 0:
            return f"does not run: {done.stderr.strip()}"
        start = read_tensors(folder / "start.safetensors")
        ours = read_tensors(folder / "end.safetensors")
    error, name = worst_difference(ours, expected(case, start, features, targets), start)
    print(f"  {case.name:<44} {error:9.1e}  {name}")
    return f"differs by {error:.1e} in {name}, tolerance {case.tolerance:.0e}" if not error <= case.tolerance else ""


def main():
    torch.set_num_threads(1)
    print(f"Trainyard in float32 against PyTorch {torch.__version__} in float64; largest relative error and where:")
    faults = []
    cases = [case for case in CASES if case.optimizer["type"] in OPTIMIZERS]  # older PyTorches have no Muon
    for case in cases:
        if fault := check(sys.argv[1], case):
            faults.append(f"{case.name}: {fault}")
    for fault in faults:
        print("FAIL", fault)
    print(f"{len(cases) - len(faults)} of {len(cases)} agree.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
