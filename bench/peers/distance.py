"""Peers of bench/distance.c on the same shapes, 173 x 173 frames of 24 coefficients, one thread:
FastDTW of radius 1 in pure Python, which is what the paper measured its sequences with, exact DTW
in pure Python, and SiMPle in NumPy. Written from the papers (Salvador and Chan 2004; Silva, Yeh,
Batista and Keogh 2016). Prints name,value,unit,note in microseconds a pair."""
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded

import math
import random
import time

try:
    import numpy
except ImportError:
    numpy = None

FRAMES, DIMS, WINDOW, RADIUS, SECONDS = 173, 24, 50, 1, 1


# ---- DTW in a window, a span of columns for every row ----

def dtw(x, y, spans):
    """The distance, and the path as pairs of frame numbers."""
    costs, steps = {(-1, -1): 0.0}, {}
    get, far = costs.get, math.inf
    for i, (begin, end) in enumerate(spans):
        a = x[i]
        for j in range(begin, end):
            best, step = get((i - 1, j), far), (i - 1, j)
            other = get((i, j - 1), far)
            if other < best:
                best, step = other, (i, j - 1)
            other = get((i - 1, j - 1), far)
            if other < best:
                best, step = other, (i - 1, j - 1)
            costs[i, j] = best + math.dist(a, y[j])
            steps[i, j] = step
    at = len(x) - 1, len(y) - 1
    distance, path = costs[at], []
    while at in steps:
        path.append(at)
        at = steps[at]
    return distance, path[::-1]


def halve(x):
    return [[(p + q) / 2 for p, q in zip(a, b)] for a, b in zip(x[::2], x[1::2])]


def widened(path, rows, columns):
    """Spans around the path of half the resolution: RADIUS cells of it to every side."""
    begin, end = [columns] * rows, [0] * rows
    for i, j in path:
        first, last = 2 * (j - RADIUS), 2 * (j + RADIUS) + 2
        for row in range(max(0, 2 * (i - RADIUS)), min(rows, 2 * (i + RADIUS) + 2)):
            begin[row] = min(begin[row], max(0, first))
            end[row] = max(end[row], min(columns, last))
    begin[-1] = min(begin[-1], columns - 1)
    end[-1] = columns  # an odd last frame was dropped in halving
    return list(zip(begin, end))


def fastdtw(x, y):
    if min(len(x), len(y)) < RADIUS + 2:
        return dtw(x, y, [(0, len(y))] * len(x))
    _, path = fastdtw(halve(x), halve(y))
    return dtw(x, y, widened(path, len(x), len(y)))


# ---- SiMPle: products of one row of windows from those of the row before ----

def simple(x, y):
    """The median of the profile of x against y."""
    rows, columns = len(x) - WINDOW + 1, len(y) - WINDOW + 1
    energy_x = numpy.convolve((x * x).sum(1), numpy.ones(WINDOW), "valid")
    energy_y = numpy.convolve((y * y).sum(1), numpy.ones(WINDOW), "valid")

    def products(query, series):
        return sum(numpy.correlate(series[:, d], query[:, d], "valid") for d in range(DIMS))

    row = products(x[:WINDOW], y)
    first = products(y[:WINDOW], x)
    profile = numpy.empty(rows)
    for i in range(rows):
        if i > 0:
            row[1:] = row[:-1] - y[:columns - 1] @ x[i - 1] + y[WINDOW:] @ x[i + WINDOW - 1]
            row[0] = first[i]
        profile[i] = (energy_x[i] + energy_y - 2 * row).min()
    return numpy.median(profile)


# ---- measuring ----

def sequence(seed):
    """Smooth like music: frames that drift."""
    draw = random.Random(seed)
    frames = [[30 * draw.gauss(0, 1) for _ in range(DIMS)]]
    while len(frames) < FRAMES:
        frames.append([0.9 * v + 10 * draw.gauss(0, 1) for v in frames[-1]])
    return frames


def best_us(call):
    least, begin, calls = 1e9, time.perf_counter(), 0
    while calls < 3 or time.perf_counter() - begin < SECONDS:
        start = time.perf_counter()
        call()
        least = min(least, time.perf_counter() - start)
        calls += 1
    return 1e6 * least


def main():
    x, y = sequence(1), sequence(2)
    print(f"distance.fastdtw.python,{best_us(lambda: fastdtw(x, y)):.1f},us/pair,pure Python")
    whole = [(0, FRAMES)] * FRAMES
    print(f"distance.dtw.python,{best_us(lambda: dtw(x, y, whole)):.1f},us/pair,pure Python")
    if numpy is None:
        print("distance.simple.numpy,,us/pair,not installed (Debian: python3-numpy)")
        return
    a, b = numpy.array(x), numpy.array(y)

    def both():
        simple(a, b)
        simple(b, a)

    print(f"distance.simple.numpy,{best_us(both):.1f},us/pair,"
          f"NumPy {numpy.__version__}; both directions")


if __name__ == "__main__":
    main()
