#!/usr/bin/python3
"""What the end-to-end tests ask of results, independently of the program.

holds FILE EXPRESSION...      fails unless each expression is true
value FILE EXPRESSION...      prints each expression
edit FROM TO STATEMENTS       executes the statements on the document and writes it
schema SCHEMA FILE...         checks files against the JSON Schema with python3-jsonschema
calls PREFIX                  counts system calls of the last run in files of strace -ff -ttt

An expression sees: d, the document; cells, by id; runs, all of them; by(transport=..., ...), the cells with
these members; cell and run, the first ones.
"""

import collections
import glob
import json
import re
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def names_of(document):
    cells = {cell["id"]: cell for cell in document["cells"]}
    runs = [run for cell in document["cells"] for run in cell["runs"]]

    def by(**members):
        return [c for c in document["cells"] if all(c[key] == value for key, value in members.items())]

    return {
        "d": document,
        "cells": cells,
        "runs": runs,
        "by": by,
        "cell": document["cells"][0] if document["cells"] else None,
        "run": runs[0] if runs else None,
        "re": re,
    }


def holds(path, *expressions):
    names = names_of(read(path))
    for expression in expressions:
        if not eval(expression, names):  # pylint: disable=eval-used
            print(f"{path}: not so: {expression}", file=sys.stderr)
            for cell in names["d"]["cells"]:
                print(f"  {cell['id']}: {cell['status']}: {cell['reason']}: {len(cell['runs'])} runs", file=sys.stderr)
            return 1
    return 0


def value(path, *expressions):
    names = names_of(read(path))
    for expression in expressions:
        print(eval(expression, names))  # pylint: disable=eval-used
    return 0


def edit(source, target, statements):
    names = names_of(read(source))
    exec(statements, names)  # pylint: disable=exec-used
    with open(target, "w", encoding="utf-8") as file:
        json.dump(names["d"], file, indent=1)
    return 0


def schema(schema_path, *paths):
    import jsonschema

    document = read(schema_path)
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    status = 0
    for path in paths:
        for error in validator.iter_errors(read(path)):
            print(f"{path}: {error.json_path}: {error.message}", file=sys.stderr)
            status = 1
    return status


def calls_of(path):
    """The name that the process gave itself, when it made its first call, and its calls by name."""
    name, first, calls = None, None, collections.Counter()
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"([0-9.]+) (\w+)\((.*)", line)
            if not match:
                continue
            first = first or float(match[1])
            if match[2] == "prctl" and "PR_SET_NAME" in match[3]:
                name = re.search(r'"(.*?)"', match[3])[1]
            if match[2] == "clock_gettime" and "CLOCK_PROCESS_CPUTIME_ID" in match[3]:
                calls["cpu_time"] += 1
            else:
                calls[match[2]] += 1
    return name, first, calls


def calls(prefix):
    """One line for each process of the pair that was forked last: name, reads, writes, clock, all calls."""
    last = {}
    for path in glob.glob(glob.escape(prefix) + ".*"):
        name, first, counts = calls_of(path)
        if name in ("ipcmark-produce", "ipcmark-consume") and (name not in last or last[name][0] < first):
            last[name] = first, counts
    for name, (_, counts) in sorted(last.items()):
        clock = counts["clock_gettime"] + counts["gettimeofday"] + counts["clock_nanosleep"] + counts["nanosleep"]
        print(name, counts["read"], counts["write"], clock, sum(counts.values()))
    return 0 if len(last) == 2 else 1


if __name__ == "__main__":
    verbs = {"holds": holds, "value": value, "edit": edit, "schema": schema, "calls": calls}
    sys.exit(verbs[sys.argv[1]](*sys.argv[2:]))
