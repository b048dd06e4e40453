#!/usr/bin/env python3
"""Writes coloured shapes of 32x32 pixels as IDX files, one shape an image. The same seed writes the same files."""
import gzip
import math
import random
import struct
from pathlib import Path

SIZE, IMAGES, SAMPLES = 32, 2400, 2  # samples: points per pixel and axis, for soft edges


def polygon(corners, inner=1.0):
    """A star with `corners` points, or a regular polygon where inner is cos(pi / corners)."""
    def inside(x, y):
        sector = math.pi / corners
        angle = abs((math.atan2(y, x) + sector) % (2 * sector) - sector)  # 0 at a point, sector in a dent
        # The edge runs from the point (1, 0) to the dent (inner cos, inner sin).
        px, py, dx, dy = math.hypot(x, y) * math.cos(angle), math.hypot(x, y) * math.sin(angle), inner * math.cos(sector), inner * math.sin(sector)
        return (dx - 1) * py - dy * (px - 1) >= 0
    return inside


SHAPES = {
    "circle": lambda x, y: x * x + y * y <= 0.8,
    "ring": lambda x, y: 0.3 <= x * x + y * y <= 0.9,
    "square": polygon(4, math.cos(math.pi / 4)),
    "triangle": polygon(3, math.cos(math.pi / 3)),
    "star": polygon(5, 0.42),
    "cross": lambda x, y: min(abs(x), abs(y)) <= 0.27 and max(abs(x), abs(y)) <= 0.9,
}


def image(rng, inside):
    ground, ink = ([rng.randrange(256) for _ in range(3)] for _ in range(2))
    while sum(abs(a - b) for a, b in zip(ground, ink)) < 240:  # to be told apart
        ink = [rng.randrange(256) for _ in range(3)]
    radius, turn = rng.uniform(9, 14), rng.uniform(0, 2 * math.pi)
    cx, cy = (rng.uniform(radius, SIZE - radius) for _ in range(2))
    slope = [rng.uniform(-1.5, 1.5) for _ in range(2)]  # light from one side
    c, s = math.cos(turn) / radius, math.sin(turn) / radius
    pixels = bytearray()
    for row in range(SIZE):
        for column in range(SIZE):
            hits = 0
            for k in range(SAMPLES * SAMPLES):
                x = column + (k % SAMPLES + 0.5) / SAMPLES - cx
                y = row + (k // SAMPLES + 0.5) / SAMPLES - cy
                hits += inside(c * x + s * y, c * y - s * x)
            share = hits / (SAMPLES * SAMPLES)
            light = slope[0] * (column - SIZE / 2) + slope[1] * (row - SIZE / 2)
            speckle = rng.random() < 0.03
            for a, b in zip(ground, ink):
                value = rng.randrange(256) if speckle else a + (b - a) * share + light
                pixels.append(max(0, min(255, round(value))))
    return bytes(pixels)


def write_idx(path, sizes, content):
    header = struct.pack(">HBB", 0, 8, len(sizes)) + b"".join(struct.pack(">I", size) for size in sizes)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(header + content)


def main():
    rng = random.Random(20261128)
    labels = bytes(i % len(SHAPES) for i in range(IMAGES))
    inside = list(SHAPES.values())
    pixels = b"".join(image(rng, inside[label]) for label in labels)
    folder = Path(__file__).with_name("data")
    write_idx(folder / "shapes-images.idx.gz", (IMAGES, SIZE, SIZE, 3), pixels)
    write_idx(folder / "shapes-labels.idx.gz", (IMAGES,), labels)


main()
