#!/usr/bin/python3
"""Judges our statistics by brute force in exact arithmetic: stats_oracle.py PATH-OF-stats_values

Everything is computed from its definition with integers and fractions, by none of the ways that the
C code takes: the coverage of an interval from binomial coefficients, MSER from every sum anew.
Exit 0: equal; 1: not.
"""

import math
import random
import statistics
import subprocess
import sys
from fractions import Fraction

RANKS_LAST = 200
TABLE = {6: (1, 6), 7: (1, 7), 9: (2, 8), 10: (2, 9), 12: (3, 10), 15: (4, 12), 20: (6, 15),
         30: (10, 21)}
NEAR = Fraction(1, 10**9)  # relative: two objectives nearer than this may be taken for one another


def require(holds, message):
    if not holds:
        sys.exit(f"stats oracle: {message}")


def coverage(n, rank):
    """P(X_(rank) < median <= X_(n + 1 - rank)) of a continuous distribution."""
    return 1 - Fraction(2 * sum(math.comb(n, k) for k in range(rank)), 2**n)


def median_rank(n):
    enough = [rank for rank in range(1, n // 2 + 1) if coverage(n, rank) >= Fraction(95, 100)]
    return max(enough, default=0)


def run(program, *arguments, text=""):
    done = subprocess.run(
        [program, *arguments], input=text, stdout=subprocess.PIPE, text=True, check=False)
    require(done.returncode == 0, f"{program} {' '.join(arguments)}: exit {done.returncode}")
    return done.stdout.splitlines()


def check_ranks(program):
    ranks = [int(line) for line in run(program, "ranks", str(RANKS_LAST))]
    require(len(ranks) == RANKS_LAST + 1, f"{len(ranks)} ranks, expected {RANKS_LAST + 1}")
    for n, rank in enumerate(ranks):
        require(rank == median_rank(n), f"n = {n}: rank {rank}, expected {median_rank(n)}")
    for n, (low, high) in TABLE.items():
        ours = ranks[n], n + 1 - ranks[n]
        require(ours == (low, high), f"n = {n}: {ours}, METHOD says {low}..{high}")
    return len(ranks)


def mser_objectives(values):
    """For each d <= n / 2, up to one common factor: sum (y - mean)^2 / m^2 of the m values kept.

    In whole numbers: m sum (y - mean)^2 = m sum y^2 - (sum y)^2.
    """
    unit = math.lcm(*(Fraction(v).denominator for v in values))
    whole = [int(Fraction(v) * unit) for v in values]
    objectives = []
    for d in range(len(whole) // 2 + 1):
        kept = whole[d:]
        m = len(kept)
        objectives.append(Fraction(m * sum(y * y for y in kept) - sum(kept) ** 2, m**3))
    return objectives


def check_mser(values, cut):
    if len(values) < 2:
        return cut == 0
    objectives = mser_objectives(values)
    if cut >= len(objectives):
        return False
    return objectives[cut] <= min(objectives) * (1 + NEAR)


def has_warm_up(values):
    objectives = mser_objectives(values)
    return objectives[0] > min(objectives)


def drifting(values):
    half = len(values) // 2
    if half == 0:
        return False
    first, last = (statistics.median(map(Fraction, v)) for v in (values[:half], values[-half:]))
    return abs(first - last) > Fraction(0.02) * min(first, last)


def modes(values):
    """The medians of the two modes, or None."""
    if len(values) < 4:
        return None
    exact = sorted(map(Fraction, values))
    gaps = [b - a for a, b in zip(exact, exact[1:])]
    at = gaps.index(max(gaps)) + 1
    largest = gaps[at - 1]
    if largest <= 5 * statistics.median(gaps) or largest <= statistics.median(exact) / 10:
        return None
    return float(statistics.median(exact[:at])), float(statistics.median(exact[at:]))


def check_one(values, line):
    """The name of what is wrong, or None."""
    median, low, high, cut, drifts, bimodal, *mode = map(float, line.split())
    rank = median_rank(len(values))
    ranked = sorted(values)
    expected_modes = modes(values)
    checks = {
        "median": median == statistics.median(values),
        "interval": (low, high) == (ranked[rank - 1], ranked[-rank])
                    if rank else math.isnan(low) and math.isnan(high),
        "MSER": check_mser(values, int(cut)),
        "drifting": bool(drifts) == drifting(values),
        "bimodal": bool(bimodal) == (expected_modes is not None),
        "modes": tuple(mode) == expected_modes if expected_modes else all(map(math.isnan, mode)),
    }
    return next((name for name, holds in checks.items() if not holds), None)


def series(rng):
    """Noise of some width on a level, often with a warm-up, a drift or a second mode."""
    n = rng.choice([rng.randint(1, 12), rng.randint(1, 80), rng.choice([60, 61, 120])])
    level = 10 ** rng.uniform(2, 7)
    noise = level * rng.choice([0, 0.001, 0.02, 0.1])
    warm_up, decay = rng.choice([0, 0, 0.3, 5]), rng.uniform(1, 10)
    drift, second = rng.choice([0, 0.02, 0.2]), rng.choice([0, 0, 0.11, 3])
    values = []
    for i in range(n):
        factor = 1 + warm_up * math.exp(-i / decay) + drift * i / n
        factor += second if rng.random() < 0.3 else 0
        values.append(level * factor + rng.gauss(0, noise))
    return [float(round(v)) for v in values] if rng.random() < 0.3 else values


def check_series(program, count):
    rng = random.Random(20240229)
    judged = [series(rng) for _ in range(count)]
    text = "".join(" ".join(map(repr, values)) + "\n" for values in judged)
    lines = run(program, "series", text=text)
    require(len(lines) == count, f"{len(lines)} answers to {count} series")
    for values, line in zip(judged, lines):
        wrong = check_one(values, line)
        require(wrong is None, f"{wrong} of {values} is not right in: {line}")
    return judged


def main():
    require(len(sys.argv) == 2, "usage: stats_oracle.py PATH-OF-stats_values")
    ranks = check_ranks(sys.argv[1])
    judged = check_series(sys.argv[1], 1000)
    print(f"stats oracle: {ranks} interval ranks, the table of METHOD part 4; median, interval, "
          f"MSER ({sum(map(has_warm_up, judged))} with a warm-up), drifting "
          f"({sum(map(drifting, judged))}) and bimodal ({sum(map(bool, map(modes, judged)))}) "
          f"of {len(judged)} series: as by brute force")


if __name__ == "__main__":
    main()
