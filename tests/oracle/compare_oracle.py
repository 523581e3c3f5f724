#!/usr/bin/python3
"""Reads what `ipcmark compare --junit` and --tsv would print with parsers that are not ours.

    compare_oracle.py build/.../compare_render

Documents with random rows, and with text that XML, Markdown and TSV would trip over. The XML must be
well-formed, its counts those of its cases, and every case the one that the row's verdict asks for; the
TSV must give back every number. Exit 0: all is so; 1: it is not."""

import csv
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

HOSTILE = [
    "<a>&amp;\"'",
    "]]><!--",
    "\u0007bell\u0001",
    "tab\tline\nreturn\r",
    "\uffff\ufffe",
    "\U0001f600 e\u0301",
    "%s %n",
    "",
]
VERDICTS = ["regression", "improvement", "small", "same", "inconclusive"]
COLUMNS = {
    "base": "base",
    "new": "new",
    "ratio": "ratio",
    "p": "p",
    "p_adjusted": "p_adjusted",
    "margin": "margin",
    "smallest_effect": "smallest_effect",
    "runs_needed": "runs_needed",
}


def random_row(rng, cell, metric, arm):
    known = rng.random() < 0.9
    number = lambda: rng.lognormvariate(0, 9) if known else None
    return {
        "cell": cell,
        "metric": metric,
        "unit": rng.choice(["ns", "1/s", "B/s", "1"]),
        "better": rng.choice(["lower", "higher"]),
        "arm": arm,
        "base": number(),
        "new": number(),
        "ratio": number(),
        "ci95": [number(), number()] if known else None,
        "ci90": [number(), number()] if known else None,
        "p": number(),
        "p_adjusted": number(),
        "exact": True,
        "paired": rng.random() < 0.5,
        "margin": 0.03,
        "margin_from": rng.choice(["default", "policy", "--margin", "a_a", "quantum"]),
        "smallest_effect": number(),
        "runs": [rng.randrange(30), rng.randrange(30)],
        "runs_needed": rng.choice([None, 34]),
        "low_confidence": rng.random() < 0.2,
        "verdict": rng.choice(VERDICTS) if known else "inconclusive",
        "reason": rng.choice([None] + HOSTILE),
        "notes": rng.sample(HOSTILE, rng.randrange(3)),
    }


def random_document(rng):
    arms = rng.randrange(2, 5)
    cells = [f"pingpong/{i}/{text}" for i, text in enumerate(HOSTILE)]
    rows = [
        random_row(rng, cell, metric, arm)
        for cell in cells
        for metric in ("rtt_ns.p50", "rtt_ns.p99_9", "messages_per_s")
        for arm in range(1, arms)
        if rng.random() < 0.9
    ]
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    return {
        "schema": "ipcmark-comparison/1",
        "tool": {"version": "0.1.0", "git": "abc"},
        "unit": "run",
        "arms": [
            {
                "label": f"{i}{rng.choice(HOSTILE)}",
                "files": [rng.choice(HOSTILE)],
                "boots": 1,
                "runs": 10,
                "kernel": rng.choice(HOSTILE),
                "conditions": rng.choice(HOSTILE),
                "allowed": rng.sample(HOSTILE, 2),
            }
            for i in range(arms)
        ],
        "fingerprints": {"hardware": "same"},
        "differences": [],
        "allowed": rng.sample(HOSTILE, rng.randrange(2)),
        "controls": {
            "verdict": rng.choice(["trustworthy", "untrustworthy", "not run"]),
            "a_a": [],
            "positive": [],
            "reason": rng.choice([None] + HOSTILE),
        },
        "family": {"comparisons": len(rows), "level": 0.05, "adjustment": "x", "smallest_p": 0.5},
        "rows": rows,
        "absent": [
            {"cell": cell, "metric": rng.choice([None, "rtt_ns.p90"]), "reason": rng.choice(HOSTILE)}
            for cell in rng.sample(cells, 2)
        ],
        "counts": counts,
        "warnings": HOSTILE,
        "gate": {"asked": False, "strict": False, "exit_code": 0, "reason": None},
    }


def xml_text(text):
    """What XML can hold of it: what it cannot is a question mark."""
    return "".join(c if c == "\n" or (c >= " " and c not in "\x7f\ufffe\uffff") else "?" for c in text)


def outcome(case):
    children = [child.tag for child in case]
    assert len(children) <= 1, children
    return children[0] if children else "passed"


def check_junit(text, document):
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    arms = len(document["arms"])
    suites = root.findall("testsuite")
    assert len(suites) == arms
    for element in [root] + suites:
        cases = element.findall(".//testcase")
        assert int(element.get("tests")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(attribute)) == sum(outcome(case) == tag for case in cases), tag
    wanted = {"regression": "failure", "inconclusive": "skipped"}
    for arm in range(1, arms):
        cases = suites[arm - 1].findall("testcase")
        rows = [row for row in document["rows"] if row["arm"] == arm]
        assert [outcome(case) for case in cases[1:]] == [wanted.get(r["verdict"], "passed") for r in rows]
        assert [case.get("classname") for case in cases[1:]] == [xml_text(r["cell"]) for r in rows]
        controls = {"trustworthy": "passed", "untrustworthy": "error", "not run": "skipped"}
        assert outcome(cases[0]) == controls[document["controls"]["verdict"]]
        labels = [p.get("value") for p in suites[arm - 1].iter("property") if p.get("name") == "new.label"]
        assert labels == [xml_text(document["arms"][arm]["label"])]
    assert [outcome(case) for case in suites[-1].findall("testcase")] == ["skipped"] * len(document["absent"])


def check_tsv(text, document):
    rows = list(csv.DictReader(io.StringIO(text, newline="\n"), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == len(document["rows"])
    for line, row in zip(rows, document["rows"]):
        assert None not in line and None not in line.values(), line
        for column, member in COLUMNS.items():
            value = row[member]
            assert (line[column] == "") == (value is None), (column, line)
            assert value is None or abs(float(line[column]) - value) <= 1e-14 * value, (column, line)
        low, high = row["ci95"] or (None, None)
        assert line["ci95_low"] == "" if low is None else abs(float(line["ci95_low"]) - low) <= 1e-14 * low
        assert line["ci95_high"] == "" if high is None else abs(float(line["ci95_high"]) - high) <= 1e-14 * high
        assert line["verdict"] == row["verdict"] and line["metric"] == row["metric"]
        assert line["paired"] == str(int(row["paired"]))


def main():
    driver = sys.argv[1]
    rng = random.Random(20240131)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "comparison.json")
        for _ in range(20):
            document = random_document(rng)
            path.write_text(json.dumps(document), encoding="utf-8")
            shown = {
                name: subprocess.run(
                    [driver, name, path], check=True, stdout=subprocess.PIPE
                ).stdout.decode("utf-8")
                for name in ("junit", "tsv", "markdown", "report")
            }
            check_junit(shown["junit"], document)
            check_tsv(shown["tsv"], document)
            assert len(shown["markdown"].encode()) <= 60000
            assert "<a>" not in shown["markdown"] and "<!--" not in shown["markdown"]
            assert "nan" not in shown["report"] and "inf " not in shown["report"], shown["report"]
    print("20 comparisons read back")


if __name__ == "__main__":
    main()
