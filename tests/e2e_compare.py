#!/usr/bin/python3
"""Makes results for the tests of compare: valid ones, whose medians and spread are as asked.

holds FILE EXPRESSION...    fails unless each is true of a comparison: d, rows, row(part of the cell, metric)
make FILE STATEMENT...      a result; each statement is Python and sees the functions below
large FILE CELLS RUNS [SEED]  one of realistic size, with histograms

Machine:  label("6.17"), kernel("6.17.9"), hardware("EPYC"), tuning("performance"), microcode("0x1"), boot(3),
          same_invocation("x")
Cells:    rtt("pipe", 5000, spread=0.01, runs=20, p99=1.3, ...), stream("pipe", 1e6, ...), paced("pipe", 5000, rate=1e4),
          absent("tcp", "skipped", "why")
Controls: control("a_a"), control("positive", 1.05): of the first cell
d is the document. Values of runs are those quantiles of a log-normal distribution that share it evenly, in an order
that depends on the file: their median is the one that was asked for, and two files never hold the same values.
"""

import copy
import hashlib
import json
import math
import pathlib
import random
import statistics
import sys

TEMPLATE = pathlib.Path(__file__).parent.parent / "results/reference/epyc-guest-2-cpus.json"
MESSAGES = 200000
QUANTILES = ("p50", "p90", "p99", "p99_9", "p99_99")


def digest(text, digits):
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def median_interval(values):
    """The order statistics of METHOD part 4."""
    n, rank = len(values), 0
    tail = 0.5**n
    while 2 * tail <= 0.05:
        rank += 1
        tail += math.comb(n, rank) * 0.5**n
    ordered = sorted(values)
    return [ordered[rank - 1], ordered[n - rank]] if rank else None


def summary(values, unit, better, needs=None):
    have = [v for v in values if v is not None]
    enough = 2 * len(have) > len(values)
    return {
        "unit": unit,
        "better": better,
        "estimate": statistics.median(have) if enough else None,
        "ci95": median_interval(have) if enough else None,
        "runs": len(have),
        "low_confidence": False,
        "modes": None,
        "needs_messages": None if enough else needs,
    }


def member(run, path):
    for key in path.split("."):
        run = run[key] if run else None
    return run


PINGPONG = tuple([(f"rtt_ns.{q}", "ns", "lower") for q in QUANTILES]
                 + [("rtt_ns.mean", "ns", "lower"), ("cpu_ns_per_message", "ns", "lower"),
                    ("switches_per_message", "1", "lower")])
PACED = tuple([(f"{object}.{q}", "ns", "lower") for object in ("response_ns", "service_ns") for q in QUANTILES]
              + [("cpu_ns_per_message", "ns", "lower"), ("switches_per_message", "1", "lower")])


def signed_rank_counts(n):
    """How many of the 2^n sets of the ranks 1 .. n sum to each value."""
    counts = [1]
    for rank in range(1, n + 1):
        longer = counts + [0] * rank
        for total, count in enumerate(counts):
            longer[total + rank] += count
        counts = longer
    return counts


def signed_rank(steps):
    """Hodges-Lehmann, its 95 % interval and the exact two-sided p of steps without ties."""
    n = len(steps)
    walsh = sorted((steps[i] + steps[j]) / 2 for i in range(n) for j in range(i, n))
    order = sorted(range(n), key=lambda i: abs(steps[i]))
    up = sum(rank for rank, i in enumerate(order, 1) if steps[i] > 0)
    below = [sum(signed_rank_counts(n)[: k + 1]) / 2**n for k in range(n * (n + 1) // 2 + 1)]
    p = min(1, 2 * below[min(up, n * (n + 1) // 2 - up)])
    c = sum(2 * tail <= 0.05 for tail in below)
    return statistics.median(walsh), [walsh[c - 1], walsh[len(walsh) - c]] if c else None, p


def finding(which, base, control):
    """What a result says of a control, worked out from the two cells."""
    blocks = {run["block"]: run["rtt_ns"]["p50"] for run in control["runs"]}
    steps = [math.log(blocks[run["block"]] / run["rtt_ns"]["p50"]) for run in base["runs"] if run["block"] in blocks]
    shift, ends, p = signed_rank(steps)
    ci95 = [math.exp(end) for end in ends] if ends else None
    if which == "a_a":
        verdict = "too few runs" if len(steps) < 8 else "differs" if p <= 0.01 else "same"
    else:
        found = p <= 0.05 and ci95 and ci95[0] > 1
        verdict = "too few runs" if len(steps) < 6 else "detected" if found else "missed"
    said = {"cell": base["id"], "control": control["id"], "metric": "rtt_ns.p50", "ratio": math.exp(shift),
            "ci95": ci95, "p": p, "runs": len(steps), "verdict": verdict}
    return {**said, "injected": 0.05} if which == "positive" else said


class Maker:
    def __init__(self, name):
        self.random = random.Random(name)
        with open(TEMPLATE, encoding="utf-8") as file:
            self.d = json.load(file)
        cells = self.d["cells"]
        self.templates = {c["pattern"]: c for c in cells if c["transport"] == "pipe" and c["size_bytes"] == 64 and not c["axes"]}
        self.templates["paced"] = {**copy.deepcopy(self.templates["stream"]), "pattern": "paced"}
        self.d["cells"], self.d["warnings"] = [], []
        self.d["controls"] = {"a_a": None, "positive": None}
        self.d["invocation"]["id"] = digest("id " + name, 32)
        self.kernel("6.18.4")
        self.boot(1)

    # ---- the machine

    def label(self, text):
        self.d["invocation"]["label"] = text

    def kernel(self, release):
        self.d["environment"]["kernel"]["release"] = release
        self.d["environment"]["fingerprint"]["kernel"] = digest("kernel " + release, 16)
        self.d["environment"]["conditions"] = f"AMD EPYC, Linux {release}, KVM guest, governor unknown"
        self.label(release)

    def hardware(self, model):
        self.d["environment"]["cpu"]["model"] = model
        self.d["environment"]["fingerprint"]["hardware"] = digest("hardware " + model, 16)

    def tuning(self, governor):
        self.d["environment"]["power"]["governor"] = governor
        self.d["environment"]["fingerprint"]["tuning"] = digest("tuning " + governor, 16)

    def microcode(self, version):
        self.d["environment"]["cpu"]["microcode"] = version
        self.d["environment"]["fingerprint"]["firmware"] = digest("firmware " + version, 16)

    def boot(self, number):
        self.d["invocation"]["boot_id"] = f"00000000-0000-0000-0000-{number:012}"

    def same_invocation(self, name):
        self.d["invocation"]["id"] = digest("id " + name, 32)

    # ---- cells

    def spread(self, middle, sigma, runs):
        normal = statistics.NormalDist()
        values = []
        for i in range(runs):
            # nearly even, so that no two files hold the same values; the middle ones balance each other
            u = (i + 0.5) / runs
            jitter = self.random.uniform(-0.2, 0.2) / runs if abs(u - 0.5) > 1 / runs else 0
            values.append(middle * math.exp(sigma * normal.inv_cdf(u + jitter)))
        self.random.shuffle(values)
        return values

    def cell(self, pattern, transport, wait, size, placement, axes):
        cell = copy.deepcopy(self.templates[pattern])
        run = cell["runs"][0]
        run.update(rtt_ns=None, status="ok", reason=None, flags=[], low_confidence=[], lost=0, duplicates=0, reordered=0)
        text = f"{size // 1024}K" if size % 1024 == 0 else str(size)
        parts = [pattern, transport, wait, text, placement] + [f"{k}={v}" for k, v in (axes or {}).items()]
        cell.update(
            id="/".join(parts),
            transport=transport,
            wait=wait,
            size_bytes=size,
            placement=placement,
            placement_class=placement if placement[0].isalpha() else "same-llc",
            axes=axes or {},
            runs=[],
            summary={},
            histogram=None,
            batch=1,
        )
        self.d["cells"].append(cell)
        return cell, run

    def add_run(self, cell, template, rate, cpu):
        run = copy.deepcopy(template)
        seconds = MESSAGES / rate
        rate = MESSAGES / seconds
        run.update(
            block=len(cell["runs"]),
            messages=MESSAGES,
            offered=MESSAGES,
            discarded=1000,
            sent=MESSAGES + 1000,
            seconds=seconds,
            messages_per_s=rate,
            bytes_per_s=rate * cell["size_bytes"],
            cpu_ns_per_message=cpu,
        )
        cell["runs"].append(run)
        return run

    def summarize(self, cell, names):
        for name, unit, better in names:
            values = [member(run, name) for run in cell["runs"] if run["status"] == "ok"]
            cell["summary"][name] = summary(values, unit, better, 100000 if name.endswith("p99_9") else None)

    def rtt(self, transport, p50=5000, spread=0.01, runs=20, wait="block", size=64, placement="same-cpu", axes=None,
            p90=1.1, p99=1.3, p99_9=None, cpu=1.0, tail=None, interpolated=None):
        """p90 and above: as a multiple of p50, None for no figure; tail: their spread, where it is another;
        interpolated: p50 in steps of this, and the value itself beside it."""
        cell, template = self.cell("pingpong", transport, wait, size, placement, axes)
        medians = self.spread(p50, spread, runs)
        factors = {"p90": p90, "p99": p99, "p99_9": p99_9, "p99_99": None}
        tails = {name: self.spread(f, tail or spread, runs) if f else None for name, f in factors.items()}
        cpus = self.spread(p50 * cpu, spread, runs)
        for i, value in enumerate(medians):
            run = self.add_run(cell, template, 1e9 / value, cpus[i])
            rtt = {"count": MESSAGES, "min": value * 0.9, "mean": value, "p50": value}
            if interpolated:
                rtt["p50"] = interpolated * round(value / interpolated)
                rtt["p50_interpolated"] = value
            last = value
            for name in QUANTILES[1:]:
                rtt[name] = last = max(last, value * tails[name][i]) if tails[name] else None
                last = last or value
            rtt["max"] = value * 100
            run["rtt_ns"] = rtt
        self.summarize(cell, PINGPONG)
        return cell

    def paced(self, transport, p50=5000, rate=1e4, spread=0.01, runs=20, wait="block", size=64, placement="same-cpu",
              load=50, unstable=False):
        cell, template = self.cell("paced", transport, wait, size, placement, {"load": f"{load}%"})
        cell.update(rate_per_s=rate, capacity_per_s=rate * 100 / load)
        template.update(rtt_ns=None, sent_per_s=rate, flags=["unstable"] if unstable else [])
        for value in self.spread(p50, spread, runs):
            run = self.add_run(cell, template, rate, value)
            for name, factor in (("response_ns", 1), ("service_ns", 0.9), ("lateness_ns", 0.1)):
                run[name] = {"count": MESSAGES, "min": value * factor * 0.9, "mean": value * factor}
                for q, more in zip(QUANTILES, (1, 1.1, 1.3, None, None)):
                    run[name][q] = value * factor * more if more and not unstable else None
                run[name]["max"] = value * 100
        self.summarize(cell, PACED)
        return cell

    def stream(self, transport, rate=1e6, spread=0.01, runs=20, wait="block", size=64, placement="same-cpu", axes=None,
               cpu=1e3, lost=0):
        """lost: what share of the offered messages is."""
        cell, template = self.cell("stream", transport, wait, size, placement, axes)
        cpus = self.spread(cpu, spread, runs)
        for i, value in enumerate(self.spread(rate, spread, runs)):
            run = self.add_run(cell, template, value, cpus[i])
            run["lost"] = round(MESSAGES * lost / (1 - lost))
            run["offered"] += run["lost"]
            run["sent"] += run["lost"]
        self.summarize(cell, [("messages_per_s", "1/s", "higher"), ("bytes_per_s", "B/s", "higher"),
                              ("cpu_ns_per_message", "ns", "lower"), ("switches_per_message", "1", "lower")])
        if transport == "udp":
            ratios = [1 - run["messages"] / run["offered"] for run in cell["runs"]]
            cell["summary"]["loss_ratio"] = summary(ratios, "1", "lower")
        return cell

    def absent(self, transport, status="skipped", reason="not here", pattern="pingpong", wait="block", size=64,
               placement="same-cpu"):
        cell, _ = self.cell(pattern, transport, wait, size, placement, None)
        cell.update(status=status, reason=reason)
        return cell

    # ---- controls: a copy of a cell, with a known shift

    def control(self, which, factor=1.0, noise=0.002, runs=None):
        """which: "a_a" or "positive", of the first cell; factor: what the copy takes of the cell's time."""
        base = self.d["cells"][0]
        control = copy.deepcopy(base)
        control["axes"] = {"control": which.replace("_", "-")}
        control["id"] += f"/control={control['axes']['control']}"
        control["runs"] = control["runs"][:runs]
        for i, run in enumerate(control["runs"]):
            change = factor * (1 + noise * self.random.uniform(-1, 1))
            run["rtt_ns"] = {key: value if value is None or key == "count" else value * change
                             for key, value in run["rtt_ns"].items()}
        self.summarize(control, list(PINGPONG))
        self.d["cells"].append(control)
        self.d["controls"][which] = finding(which, base, control)

    def add_histogram(self, cell, buckets):
        """Samples around the median, a bucket each 0.1 %, and the runs' figures to go with them."""
        runs = cell["runs"]
        start = 10 * 1024 + 200  # values around 1.2 us
        weights = [math.exp(-(((i - buckets / 3) / (buckets / 4)) ** 2)) for i in range(buckets)]
        scale = MESSAGES / sum(weights)
        counts = [[start + i, len(runs) * max(1, int(w * scale))] for i, w in enumerate(weights)]

        def value(index):
            e = index // 1024 - 1
            return ((index % 1024 + 1024) << e) + (1 << e) // 2

        total = sum(n for _, n in counts)
        mass = sum(value(i) * n for i, n in counts)
        least, most = value(counts[0][0]), value(counts[-1][0])
        figures, seen, wanted = {}, 0, dict(zip(QUANTILES, (0.5, 0.9, 0.99, 0.999, 0.9999)))
        for index, n in counts:
            seen += n
            for name, q in wanted.items():
                if name not in figures and seen >= q * total:
                    figures[name] = value(index)
        for run in runs:
            count = total // len(runs)
            exact = {name: figures[name] * self.random.uniform(0.999, 1.001) for name in QUANTILES}
            exact = dict(zip(QUANTILES, sorted(exact.values())))
            run["rtt_ns"] = {"count": count, "min": least, "mean": mass / total, **exact, "max": most}
        cell["histogram"] = {"unit": "ns", "batch": 1, "sub_bits": 10, "count": total, "min": least, "max": most,
                             "sum": mass, "overflow": 0, "counts": counts}
        cell["summary"] = {}
        self.summarize(cell, PINGPONG)

    def write(self, path):
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        counts = []
        for cell in self.d["cells"]:
            if cell["histogram"]:
                counts.append(cell["histogram"]["counts"])
                cell["histogram"]["counts"] = f"counts {len(counts) - 1}"
        text = json.dumps(self.d, indent=2)
        for i, value in enumerate(counts):
            # on one line, as the program writes it: the size of the file is part of what is tested
            text = text.replace(f'"counts {i}"', json.dumps(value), 1)
        pathlib.Path(path).write_text(text, encoding="utf-8")


def make(path, *statements):
    maker = Maker(path)
    names = {name: getattr(maker, name) for name in dir(maker) if not name.startswith("_")}
    for statement in statements:
        exec(statement, names)  # pylint: disable=exec-used
    maker.write(path)
    return 0


def add_what_is_new(template):
    """What results of today hold beside what the template has."""
    for cell in template.values():
        for side in cell["runs"][0]["counters"].values():
            side.update(cpu_ns_per_message=2205.6, voluntary_switches_per_message=0.45476190476190476,
                        involuntary_switches_per_message=0.5476190476190477, instructions_per_message=7100.25,
                        cycles_per_message=5500.125, cache_misses_per_message=None, counted="user",
                        not_counted_reason="this machine shows no such counter")
        cell["runs"][0]["conditions"] = {
            "foreign": 0.01, "interrupts": 0.001, "steal": 0, "resolution": 0.05, "deep_idle": 0, "throttles": 0,
            "throttled_ns": 0, "hot_count": None, "tcp_retransmits": None, "producer_work_ns": [1000, 1001],
            "consumer_work_ns": [1000, 1001]}


def large(path, cells, runs, seed="1"):
    maker = Maker(path + seed)
    add_what_is_new(maker.templates)
    for i in range(int(cells)):
        size = 16 + i
        if i % 5 < 3:
            maker.add_histogram(maker.rtt("pipe", size=size, runs=int(runs), p99_9=5), 1800)
        else:
            maker.stream("pipe", size=size, runs=int(runs))
    maker.write(path)
    return 0


def holds(path, *expressions):
    d = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))

    def row(cell, metric="rtt_ns.p50", arm=1):
        found = [r for r in d["rows"] if cell in r["cell"] and r["metric"] == metric and r["arm"] == arm]
        assert len(found) == 1, (cell, metric, len(found))
        return found[0]

    for expression in expressions:
        if not eval(f"({expression})", {"d": d, "rows": d["rows"], "row": row}):  # pylint: disable=eval-used
            print(f"{path}: not so: {expression}", file=sys.stderr)
            for r in d["rows"][:20]:
                print(f"  {r['cell']} {r['metric']}: {r['verdict']} {r['reason']} {r['ratio']}", file=sys.stderr)
            print(json.dumps({**d, "rows": []}, indent=1), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit({"holds": holds, "make": make, "large": large}[sys.argv[1]](*sys.argv[2:]))
