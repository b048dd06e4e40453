#!/usr/bin/env python3
"""Writes data/spirals.csv: two arms of points that wind around each other. The same seed writes the same file."""
import math
import random
from pathlib import Path

POINTS_PER_ARM, TURNS, NOISE = 500, 1.75, 0.04

rng = random.Random(20261128)
rows = []
for arm, name in enumerate(("inner", "outer")):
    for i in range(POINTS_PER_ARM):
        t = math.sqrt((i + 0.5) / POINTS_PER_ARM)  # even along the area, not crowded in the middle
        angle = t * TURNS * 2 * math.pi + arm * math.pi
        x = t * math.cos(angle) + rng.gauss(0, NOISE) * t
        y = t * math.sin(angle) + rng.gauss(0, NOISE) * t
        rows.append(f"{x:.4f},{y:.4f},{name}")
rng.shuffle(rows)
Path(__file__).with_name("data").joinpath("spirals.csv").write_text("x,y,arm\n" + "\n".join(rows) + "\n")
