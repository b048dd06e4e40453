#!/usr/bin/env python3
"""Writes pictures of 32x32 pixels with one to three shapes, and for each a mask: what every pixel belongs to.

Classes: 0 ground, 1 disc, 2 square, 3 triangle. The same seed writes the same files.
"""
import gzip
import math
import random
import struct
from pathlib import Path

SIZE, IMAGES = 32, 1200


def triangle(x, y):
    return y <= 0.5 and abs(x) <= (y + 1) / math.sqrt(3)


INSIDE = {1: lambda x, y: x * x + y * y <= 0.75, 2: lambda x, y: max(abs(x), abs(y)) <= 0.72, 3: triangle}


def picture(rng):
    ground = rng.randrange(40, 216)
    values = [[float(ground)] * SIZE for _ in range(SIZE)]
    mask = [[0] * SIZE for _ in range(SIZE)]
    for _ in range(rng.randrange(1, 4)):  # later shapes cover earlier ones
        kind = rng.randrange(1, 4)
        radius, turn = rng.uniform(6, 11), rng.uniform(0, 2 * math.pi)
        cx, cy = (rng.uniform(3, SIZE - 3) for _ in range(2))
        ink = rng.randrange(256)
        while abs(ink - ground) < 40:
            ink = rng.randrange(256)
        c, s = math.cos(turn) / radius, math.sin(turn) / radius
        for row in range(SIZE):
            for column in range(SIZE):
                x, y = column + 0.5 - cx, row + 0.5 - cy
                if INSIDE[kind](c * x + s * y, c * y - s * x):
                    values[row][column], mask[row][column] = ink, kind
    pixels = bytes(max(0, min(255, round(v + rng.choice((0, 0, 0, 0, -24, 24))))) for line in values for v in line)
    return pixels, bytes(kind for line in mask for kind in line)


def write_idx(path, sizes, content):
    header = struct.pack(">HBB", 0, 8, len(sizes)) + b"".join(struct.pack(">I", size) for size in sizes)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(header + content)


def main():
    rng = random.Random(20261128)
    pictures = [picture(rng) for _ in range(IMAGES)]
    folder = Path(__file__).with_name("data")
    write_idx(folder / "scenes-images.idx.gz", (IMAGES, SIZE, SIZE), b"".join(pixels for pixels, _ in pictures))
    write_idx(folder / "scenes-masks.idx.gz", (IMAGES, SIZE, SIZE), b"".join(mask for _, mask in pictures))


main()
