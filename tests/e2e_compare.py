#!/usr/bin/python3
"""Makes results for the tests of compare: valid ones, whose medians and spread are as asked.

make FILE STATEMENT...      a result; each statement is Python and sees the functions below
large FILE CELLS RUNS [SEED]  one of realistic size, with histograms

Machine:  label("6.17"), kernel("6.17.9"), hardware("EPYC"), tuning("performance"), microcode("0x1"), boot(3),
          same_invocation("x")
Cells:    rtt("pipe", 5000, spread=0.01, runs=20, p99=1.3, ...), stream("pipe", 1e6, ...), absent("tcp", "skipped", "why")
Controls: control("a_a", "same"), control("positive", "detected")
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


class Maker:
    def __init__(self, name):
        self.random = random.Random(name)
        with open(TEMPLATE, encoding="utf-8") as file:
            self.d = json.load(file)
        cells = self.d["cells"]
        self.templates = {c["pattern"]: c for c in cells if c["transport"] == "pipe" and c["size_bytes"] == 64}
        self.d["cells"], self.d["warnings"] = [], []
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
        run.update(status="ok", reason=None, flags=[], low_confidence=[], lost=0, duplicates=0, reordered=0)
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
            p90=1.1, p99=1.3, p99_9=None, cpu=1.0, tail=None):
        """p90 and above: as a multiple of p50, None for no figure; tail: their spread, where it is another."""
        cell, template = self.cell("pingpong", transport, wait, size, placement, axes)
        medians = self.spread(p50, spread, runs)
        factors = {"p90": p90, "p99": p99, "p99_9": p99_9, "p99_99": None}
        tails = {name: self.spread(f, tail or spread, runs) if f else None for name, f in factors.items()}
        cpus = self.spread(p50 * cpu, spread, runs)
        for i, value in enumerate(medians):
            run = self.add_run(cell, template, 1e9 / value, cpus[i])
            rtt = {"count": MESSAGES, "min": value * 0.9, "mean": value, "p50": value}
            last = value
            for name in QUANTILES[1:]:
                rtt[name] = last = max(last, value * tails[name][i]) if tails[name] else None
                last = last or value
            rtt["max"] = value * 100
            run["rtt_ns"] = rtt
        self.summarize(cell, [(f"rtt_ns.{q}", "ns", "lower") for q in QUANTILES]
                       + [("rtt_ns.mean", "ns", "lower"), ("cpu_ns_per_message", "ns", "lower"),
                          ("switches_per_message", "1", "lower")])
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

    # ---- controls: what the cells of d say is checked elsewhere

    def control(self, which, verdict, ratio=1.0, ci95=(0.99, 1.01), p=0.5, runs=20):
        cell = "pingpong/pipe/block/64/same-cpu"
        axis = {"a_a": "a-a", "positive": "positive"}[which]
        finding = {"cell": cell, "control": f"{cell}/control={axis}", "metric": "rtt_ns.p50", "ratio": ratio,
                   "ci95": list(ci95) if ci95 else None, "p": p, "runs": runs, "verdict": verdict}
        if which == "positive":
            finding["injected"] = 0.05
        self.d["controls"][which] = finding

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
        self.summarize(cell, [(f"rtt_ns.{q}", "ns", "lower") for q in QUANTILES]
                       + [("rtt_ns.mean", "ns", "lower"), ("cpu_ns_per_message", "ns", "lower"),
                          ("switches_per_message", "1", "lower")])

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
    counter = {"per_message": None, "reason": "this machine shows no such counter"}
    for cell in template.values():
        for side in cell["runs"][0]["counters"].values():
            side.update(
                cpu_ns_per_message=2205.6,
                voluntary_switches_per_message=0.45476190476190476,
                involuntary_switches_per_message=0.5476190476190477,
                hardware={"instructions": counter, "cycles": counter, "cache_misses": counter, "scope": None},
            )
        cell["runs"][0]["conditions"] = {
            "foreign": 0.01, "interrupts": 0.001, "steal": 0, "resolution": 0.05, "deep_idle": 0, "throttles": 0,
            "throttled_ns": 0, "hot_count": None, "producer_work_ns": [1000, 1001], "consumer_work_ns": [1000, 1001],
        }


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


if __name__ == "__main__":
    sys.exit({"make": make, "large": large}[sys.argv[1]](*sys.argv[2:]))
