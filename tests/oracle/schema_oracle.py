#!/usr/bin/python3
"""Compares our schema validator with python3-jsonschema, an independent one, on mutated documents.

    schema_oracle.py --driver build/.../schema_check
    schema_oracle.py --driver build/.../schema_check --schema FILE --document FILE

Without a schema it goes through the table below, which covers every keyword that we check. With
one it mutates a real document of that schema. Only verdicts are compared: the words of a reason
are ours alone. The mutations come from a fixed seed. Exit 0: all agree; 1: they do not; 77:
jsonschema is not installed.

Three things that the validators see differently by design stay out of the mutations: integers that
a double rounds, strings with a newline (Python's $ matches before a final one), and 1 or true
inside a list of an enum (jsonschema's enum takes [true] for [1])."""

import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("schema_oracle: python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(77)

KEYWORDS = set(
    "$ref type const enum properties required additionalProperties items prefixItems minItems"
    " maxItems minimum maximum minLength pattern anyOf allOf if then"
    " $schema $id title description $defs $comment".split()
)

# name: (schema, documents to start from)
CASES = {
    "types": (
        {
            "properties": {
                "b": {"type": "boolean"},
                "i": {"type": "integer"},
                "n": {"type": "number"},
                "s": {"type": "string"},
                "a": {"type": "array"},
                "o": {"type": "object"},
                "z": {"type": "null"},
                "in": {"type": ["integer", "null"]},
                "sa": {"type": ["string", "array", "boolean"]},
            }
        },
        [
            {"b": True, "i": 3, "n": 1.5, "s": "x", "a": [], "o": {}, "z": None},
            {"in": None, "sa": "y"},
        ],
    ),
    "integer": ({"items": {"type": "integer"}}, [[1, 2.0, -3, 1e15, 0]]),
    "const": (
        {
            "properties": {
                "zero": {"const": 0},
                "one": {"const": 1},
                "false": {"const": False},
                "true": {"const": True},
                "null": {"const": None},
                "word": {"const": "ipcmark-result/1"},
                "deep": {"const": {"a": [1, {"b": None}], "c": "x"}},
                "empty": {"const": []},
            }
        },
        [
            {"zero": 0, "one": 1.0, "false": False, "true": True, "null": None, "empty": []},
            {"word": "ipcmark-result/1", "deep": {"c": "x", "a": [1, {"b": None}]}},
        ],
    ),
    "enum": (
        {"items": {"enum": ["ok", "skipped", "failed", 0, True, None, ["x"], {"k": "v"}]}},
        [["ok", "failed", 0, True, None, ["x"], {"k": "v"}]],
    ),
    "members": (
        {
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"type": "number"}, "b": {}, "c": {"required": ["d"]}},
            "additionalProperties": False,
        },
        [{"a": 1, "b": 2}, {"a": 1, "b": [], "c": {"d": 1, "e": 2}}],
    ),
    "additional": (
        {"properties": {"a": True}, "additionalProperties": {"type": "number", "minimum": 0}},
        [{"a": "x", "b": 1, "c-d": 2.5}, {}],
    ),
    "additional true": ({"additionalProperties": True, "minItems": 1}, [{"a": 1}, [1]]),
    "elements": (
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 4},
        [[1, 2], [1, 2, 3, 4]],
    ),
    "histogram": (
        {
            "type": "array",
            "items": {
                "type": "array",
                "prefixItems": [
                    {"type": "integer", "minimum": 0},
                    {"type": "integer", "minimum": 1},
                ],
                "items": False,
                "minItems": 2,
            },
        },
        [[[12, 3], [13, 9]], []],
    ),
    "prefix": (
        {"prefixItems": [{"type": "string"}, {"type": "number"}], "items": {"type": "boolean"}},
        [["x", 1, True], ["x"], []],
    ),
    "bounds": (
        {"additionalProperties": {"minimum": -1.5, "maximum": 1e3}},
        [{"a": -1.5, "b": 1000, "c": 0.25, "d": "-9"}],
    ),
    "strings": (
        {
            "properties": {
                "short": {"minLength": 3},
                "one": {"minLength": 1},
                "hash": {"pattern": "^[0-9a-f]{4,8}$"},
                "part": {"pattern": "b+c"},
                "cell": {"pattern": "^(pingpong|stream)/[a-z-]+(/[0-9]+)?$"},
                "dot": {"pattern": "^[^.]+\\.[^.]+$"},
            }
        },
        [
            {"short": "abc", "one": "\u00b5", "hash": "09af", "part": "abbcd"},
            {"short": "\u00b5\u20ac\U0001f600", "cell": "pingpong/unix-stream/64", "dot": "a.b"},
        ],
    ),
    "anyOf": (
        {
            "items": {
                "anyOf": [
                    {"type": "null"},
                    {"type": "number", "minimum": 5},
                    {
                        "required": ["p50"],
                        "properties": {"p50": {"type": "number"}},
                        "type": "object",
                    },
                    {"type": "array", "items": {"type": "null"}},
                ]
            }
        },
        [[None, 5, {"p50": 1}, [None, None], 7.5]],
    ),
    "allOf": (
        {"items": {"allOf": [{"minimum": 1}, {"maximum": 3}, {"type": ["number", "string"]}]}},
        [[1, 2, 3, "x"]],
    ),
    "if": (
        {
            "if": {"properties": {"status": {"const": "failed"}}, "required": ["status"]},
            "then": {"required": ["reason"], "properties": {"reason": {"type": "string"}}},
            "properties": {"status": {"enum": ["ok", "failed"]}},
        },
        [{"status": "failed", "reason": "x"}, {"status": "ok"}, {}],
    ),
    "if alone": ({"if": {"type": "string"}, "type": ["string", "number"]}, ["x", 1]),
    "tree": (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.org/tree",
            "title": "a tree",
            "description": "refers to itself",
            "$comment": "nothing is checked by this",
            "$ref": "#/$defs/tree",
            "$defs": {
                "tree": {
                    "type": "object",
                    "required": ["value"],
                    "properties": {
                        "value": {"$ref": "#/$defs/count", "maximum": 9},
                        "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
                    },
                    "additionalProperties": False,
                },
                "count": {"type": "integer", "minimum": 0},
            },
        },
        [{"value": 1, "children": [{"value": 2}, {"value": 9, "children": [{"value": 0}]}]}],
    ),
    "booleans": (
        {"properties": {"yes": True, "no": False}, "anyOf": [False, {"type": "object"}]},
        [{"yes": 1}, {}],
    ),
}

WORDS = ["", "a", "ab", "abc", "ok", "fine", "x", "1", "null", "a.b", "bc"]
WORDS += ["\u00b5", "\u20ac\u20ac", "\U0001f600"]
SCALARS = [None, True, False, 0, 1, -1, 2, 3, 4, 5, 9, 10]
SCALARS += [0.5, 1.0, -0.0, 1e15, 2**53 - 1, 1e300, -1.5]


def words_of(value):
    """All keys and scalars inside: what a mutation is likely to hit something with."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)
    else:
        yield value


def keywords_of(schema):
    if not isinstance(schema, dict):
        return
    for key, argument in schema.items():
        yield key
        if key in ("properties", "$defs"):
            for inner in argument.values():
                yield from keywords_of(inner)
        elif key not in ("const", "enum"):
            for inner in argument if isinstance(argument, list) else [argument]:
                yield from keywords_of(inner)


class Mutator:
    def __init__(self, rng, schema, documents):
        found = [w for w in words_of([schema, documents]) if "\n" not in str(w)]
        numbers = [w for w in found if type(w) in (int, float)]
        self.rng = rng
        self.keys = sorted({w for w in found if isinstance(w, str)} | set(WORDS))
        self.scalars = SCALARS + WORDS + found + [n + d for n in numbers for d in (-1, 1, 0.5)]

    def value(self):
        rng = self.rng
        kind = rng.randrange(10)
        if kind == 0:
            return [rng.choice(self.scalars) for _ in range(rng.randrange(4))]
        if kind == 1:
            return {rng.choice(self.keys): rng.choice(self.scalars)}
        return rng.choice(self.scalars)

    def changed(self, value):
        """A value near this one."""
        rng = self.rng
        if isinstance(value, bool) or value is None or rng.randrange(4) == 0:
            return self.value()
        if isinstance(value, (int, float)):
            near = [value + 1, value - 1, value + 0.5, -value, float(value), str(value)]
            return rng.choice(near)
        if isinstance(value, str):
            at = rng.randrange(len(value) + 1)
            letter = rng.choice("abcx09./-A\u00b5")
            longer, shorter = value[:at] + letter + value[at:], value[:at] + value[at + 1 :]
            return rng.choice([longer, shorter, value.upper()])
        return self.value() if rng.randrange(2) else [value]

    def containers(self, value):
        if isinstance(value, (dict, list)):
            yield value
            for inner in value.values() if isinstance(value, dict) else value:
                yield from self.containers(inner)

    def mutate_one(self, box):
        """Changes something in box, a list that holds the document alone."""
        rng = self.rng
        container = rng.choice(list(self.containers(box)))
        is_dict = isinstance(container, dict)
        places = list(container) if is_dict else list(range(len(container)))
        action = rng.randrange(5)
        if container is not box and (action == 0 or not places):
            if is_dict:
                container[rng.choice(self.keys)] = self.value()
            else:
                container.insert(rng.randrange(len(container) + 1), self.value())
        elif container is not box and action == 1:
            del container[rng.choice(places)]
        elif container is not box and action == 2 and not is_dict:
            container.append(copy.deepcopy(rng.choice(container)))
        else:
            place = rng.choice(places)
            container[place] = self.changed(container[place])

    def mutate(self, document):
        box = [copy.deepcopy(document)]
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            self.mutate_one(box)
        return box[0]


def our_verdicts(driver, schema, documents, folder):
    schema_path = folder / "schema.json"
    schema_path.write_text(json.dumps(schema))
    paths = []
    for index, document in enumerate(documents):
        paths.append(folder / f"{index}.json")
        paths[-1].write_text(json.dumps(document, allow_nan=False, ensure_ascii=index % 2 == 0))
    done = subprocess.run([driver, schema_path, *paths], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    expected_status = 0 if all(line == "valid" for line in lines) else 2
    if len(lines) != len(paths) or done.returncode != expected_status:
        sys.exit(f"schema_oracle: the driver ended with {done.returncode}: {done.stderr}")
    return lines


def compare(driver, name, schema, documents, count, rng):
    """Prints each disagreement. Returns how many there are."""
    mutator = Mutator(rng, schema, documents)
    tried = documents + [mutator.mutate(rng.choice(documents)) for _ in range(count)]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wanted = [validator.is_valid(document) for document in tried]
    with tempfile.TemporaryDirectory() as folder:
        lines = our_verdicts(driver, schema, tried, pathlib.Path(folder))
    wrong = 0
    for document, is_valid, line in zip(tried, wanted, lines):
        if (line == "valid") != is_valid or line.startswith(("unread: ", "invalid: the schema: ")):
            wrong += 1
            print(f"{name}: {json.dumps(document)[:300]}")
            print(f"  ours: {line}; jsonschema: {'valid' if is_valid else 'invalid'}")
    if not all(wanted[: len(documents)]):
        wrong += 1
        print(f"{name}: a document to start from is not valid")
    if all(wanted) or not any(wanted[len(documents) :]):
        wrong += 1
        print(f"{name}: the mutations are all valid or all invalid: nothing is compared")
    print(f"{name}: {len(tried)} documents, {sum(wanted)} of them valid, {wrong} problems")
    return wrong


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--driver", required=True, help="the program built from schema_check.c")
    parser.add_argument("--schema", type=pathlib.Path)
    parser.add_argument("--document", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=300, help="mutations for each schema")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if bool(arguments.schema) != bool(arguments.document):
        parser.error("--schema and --document go together")
    cases = CASES
    if arguments.schema:
        schema = json.loads(arguments.schema.read_text())
        document = json.loads(arguments.document.read_text())
        cases = {arguments.document.name: (schema, [document])}
    else:
        covered = {key for schema, _ in CASES.values() for key in keywords_of(schema)}
        if covered != KEYWORDS:
            sys.exit(f"schema_oracle: no case, or not ours: {sorted(covered ^ KEYWORDS)}")
    wrong = 0
    for name, (schema, documents) in cases.items():
        rng = random.Random(f"{arguments.seed} {name}")
        wrong += compare(arguments.driver, name, schema, documents, arguments.count, rng)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
