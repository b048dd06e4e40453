#!/usr/bin/env python3
"""Writes data/waves.csv: the power a railway line draws, one row an hour, made of waves and noise.

The same seed writes the same file. Nothing here was measured: the line does not exist.
"""
import math
import random
from pathlib import Path

HOURS, DAY, WEEK = 3000, 24, 168

rng = random.Random(20261128)
rows, cold = [], 0.0
for hour in range(HOURS):
    cold = 0.98 * cold + rng.gauss(0, 0.2)  # the weather: slow, without a plan
    day = math.sin(2 * math.pi * (hour - 7) / DAY) + 0.6 * math.sin(4 * math.pi * (hour - 7) / DAY)
    week = 0.5 * math.sin(2 * math.pi * hour / WEEK)
    power = 20 + 6 * day * (1 + 0.4 * week) + 4 * week + 2 * cold + rng.gauss(0, 0.6)
    rows.append(f"{hour},{10 - 6 * cold + rng.gauss(0, 0.5):.2f},{power:.2f}")
Path(__file__).with_name("data").joinpath("waves.csv").write_text("hour,temperature,power\n" + "\n".join(rows) + "\n")
