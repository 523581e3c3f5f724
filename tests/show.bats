#!/usr/bin/env bats
# What reads results: show, export, validate.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

# Two results with all there is: both patterns, several sizes, cells that were skipped, a label that needs quotes,
# and one that was interrupted before it had a figure.
setup_file() {
	local early="$BATS_FILE_TMPDIR/early.json"
	"$IPCMARK" run "${tiny[@]}" -q -o "$BATS_FILE_TMPDIR/one.json" --label 'a "quoted", label' --runs 2 \
		-c '{pingpong,stream}/{null,pipe,shm,udp}/{none,block,futex}/{64,64K}/same-cpu' -c pingpong/tcp/spin/64/same-cpu ||
		(($? == 5))
	"$IPCMARK" run "${tiny[@]}" -q -o "$BATS_FILE_TMPDIR/two.json" --label other --runs 6 \
		-c '{pingpong,stream}/pipe/block/64/same-cpu'
	"$IPCMARK" run -q -c pingpong --time 1s -o "$early" 3>&- &
	pid=$!
	await 20 is_running ipcmark-consume
	kill -INT "$pid"
	wait "$pid" || (($? == 130))
}

setup() {
	enter_folder
	cp "$BATS_FILE_TMPDIR"/*.json .
}

teardown() {
	leave_folder
}

@test "show tells conditions, every cell and every warning" {
	program show one.json
	expect_status 0
	[[ -z $stderr ]]
	expect_in "$output" "$(uname -sr)" 'a "quoted"' "round trip of 64 B, same-cpu" "round trip of 64 KiB, same-cpu" \
		"stream of 64 B, same-cpu" "p50" "p99.9" "95 % CI" "up to 2 runs a cell" \
		"— skipped: udp carries at most 65507 bytes" "— skipped: spin needs two CPUs" "— 95 % CI: needs 6 runs"
	(($(grep -cE '^  (null|pipe|shm|udp|tcp) ' <<<"$output") == $(value one.json 'len(d["cells"])')))
	(($(grep -c '^warning: ' <<<"$output") == $(value one.json 'len(d["warnings"])')))
}

@test "an interval is shown with six runs, an em dash with fewer" {
	program show two.json
	[[ $output =~ pipe\ +block\ [^$'\n']*\[[0-9.]+,\ [0-9.]+\] ]]
	expect_not_in "$output" "needs 6 runs"
	program show one.json
	[[ $output =~ pipe\ +block\ [^$'\n']*— ]]
	expect_not_in "$output" "±"
}

@test "a quantile that too few messages support is an em dash, and how many would do is told" {
	holds two.json 'cell["summary"]["rtt_ns.p99_99"]["estimate"] is None' \
		'cell["summary"]["rtt_ns.p99_99"]["needs_messages"] >= 100000'
	program show two.json
	expect_in "$output" "— p99.9: not enough messages in a run; all cells have it with --time "
}

@test "what came of a buffer is told in bytes and in messages" {
	program run "${tiny[@]}" -q -o buffer.json -c 'stream/pipe/block/{64,64K,128K}/same-cpu/buffer=64K'
	program show buffer.json
	expect_in "$output" "pipe 64K, 1024 messages" "pipe 64K, 1 message" "pipe 64K, less than a message"
	expect_not_in "$output" "1 messages"
}

@test "show of several files shows each" {
	program show one.json two.json
	expect_status 0
	expect_in "$output" 'a "quoted"' '"other"'
	(($(grep -c "round trip of 64 B, same-cpu" <<<"$output") == 2))
}

@test "show reads standard input" {
	"$IPCMARK" show two.json >named
	"$IPCMARK" show - <two.json >unnamed
	cmp named unnamed
}

@test "show --json is JSON with every cell and its summary" {
	program show --json one.json
	expect_status 0
	printf '%s' "$output" >shown.json
	"$python" -c '
import json
shown, full = json.load(open("shown.json")), json.load(open("one.json"))
assert shown["label"] == full["invocation"]["label"] and shown["status"] == "complete"
assert shown["warnings"] == full["warnings"]
keep = ("id", "status", "reason", "batch", "summary")
assert shown["cells"] == [{k: c[k] for k in keep} for c in full["cells"]]'
}

@test "every exported line has the header's fields" {
	local format table
	for table in cells runs percentiles conditions; do
		for format in tsv csv; do
			"$IPCMARK" export --format "$format" --table "$table" one.json two.json >"$table.$format"
			"$python" - "$table.$format" <<'EOF'
import csv, sys

path = sys.argv[1]
with open(path, encoding="utf-8", newline="") as file:
	if path.endswith("tsv"):
		rows = [line.rstrip("\n").split("\t") for line in file]
	else:
		rows = list(csv.reader(file, strict=True))
header = rows[0]
assert len(rows) > 2, path
assert len(set(header)) == len(header), header
for row in rows[1:]:
	assert len(row) == len(header), (path, header, row)
assert {row[0] for row in rows[1:]} == {"one.json", "two.json"}
assert all(name == name.strip() for name in header)
EOF
		done
	done
	# a field that holds a comma and quotes
	expect_in "$(<conditions.csv)" '"a ""quoted"", '
	expect_not_in "$(<conditions.csv)" "a \"quoted\","
}

@test "the table of cells holds every figure of every cell" {
	"$IPCMARK" export one.json >cells.tsv
	"$python" - <<'EOF'
import csv, json

full = json.load(open("one.json"))
rows = list(csv.DictReader(open("cells.tsv", encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
wanted = [(c["id"], m) for c in full["cells"] for m in (c["summary"] or {"": None})]
assert [(r["cell"], r["metric"]) for r in rows] == wanted
cells = {c["id"]: c for c in full["cells"]}
for row in rows:
	cell = cells[row["cell"]]
	assert row["status"] == cell["status"] and int(row["size_bytes"]) == cell["size_bytes"]
	estimate = cell["summary"].get(row["metric"], {}).get("estimate")
	assert (row["estimate"] == "") == (estimate is None), row
	assert estimate is None or abs(float(row["estimate"]) - estimate) <= 1e-9 * estimate, row
	assert row["status"] == "ok" or row["note"], row
EOF
}

@test "axes, buffers and pairs have columns of their own" {
	local table
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 -o axes.json -c 'stream/pipe/block/64/same-cpu/buffer=16K' \
		-c 'stream/pipe/block/64/same-cpu/batch=4' -c 'pingpong/pipe/block/64/same-cpu/pairs=2' \
		-c 'pingpong/pipe/block/64/same-cpu/sides=threads' -c 'paced/pipe/block/64/same-cpu/rate=2000' \
		-c 'fanin/pipe/poll/64/same-cpu/connections=4' -c 'stream/socketpair-stream/block/64/same-cpu' ||
		(($? == 5)) # on a busy machine two pairs may be measured one after the other
	for table in cells runs percentiles; do
		"$IPCMARK" export --format csv --table "$table" axes.json >"$table.csv"
	done
	"$python" - <<'EOF'
import csv, json

columns = {"think": "think_ns", "rate": "asked_rate_per_s", "load": "load_percent", "buffer": "buffer_bytes"}
numbers = {"16K": "16384"}
cells = {c["id"]: c for c in json.load(open("axes.json"))["cells"]}

def text(value):
	return "" if value is None else f"{value:.15g}"

for table in ("cells", "runs", "percentiles"):
	rows = list(csv.DictReader(open(table + ".csv", encoding="utf-8", newline="")))
	wanted = [name for name, cell in cells.items() if table == "cells" or cell["runs" if table == "runs" else "histogram"]]
	assert wanted and list(dict.fromkeys(row["cell"] for row in rows)) == wanted, table
	for row in rows:
		cell = cells[row["cell"]]
		for key in ("think", "rate", "load", "connections", "active", "batch", "pairs", "buffer", "sides", "control"):
			value = cell["axes"].get(key, "")
			assert row[columns.get(key, key)] == numbers.get(value, value), (key, row)
		for key, value in cell["effective"].items():
			assert row["effective." + key] == text(value), (key, row)
		assert row["depth_messages"] == text(cell["depth_messages"]), row
		assert row["shares_cpus"] == {None: "", True: "true", False: "false"}[cell.get("shares_cpus")], row
runs = [run for cell in cells.values() for run in cell["runs"]]
for row, run in zip(csv.DictReader(open("runs.csv", encoding="utf-8", newline="")), runs, strict=True):
	for name in ("pair_messages_per_s", "pair_p50_ns"):
		for end in ("min", "max"):
			assert row[f"{name}.{end}"] == text(run.get(name, {}).get(end)), row
	assert row["pair_overlap"] == text(run.get("pair_overlap")), row
	assert (row["rate_per_s"] != "") == (row["pattern"] == "paced"), row
EOF
}

@test "the table of runs holds every run" {
	"$IPCMARK" export --table runs one.json >runs.tsv
	(($(wc -l <runs.tsv) == 1 + $(value one.json 'len(runs)')))
}

@test "the curve of percentiles rises" {
	"$IPCMARK" export --table percentiles two.json >curve.tsv
	"$python" - <<'EOF'
import csv

rows = list(csv.DictReader(open("curve.tsv", encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
at = [float(r["percentile"]) for r in rows]
values = [float(r["value_ns"]) for r in rows]
assert len(rows) > 20 and at == sorted(set(at)) and values == sorted(values) and values[0] > 0, rows
EOF
}

@test "a result without a figure can be shown and exported" {
	local table
	program show early.json
	expect_status 0
	expect_in "$output" ": INTERRUPTED"
	program show --json early.json
	expect_status 0
	for table in cells runs percentiles conditions; do
		program export --table "$table" early.json
		expect_status 0
	done
}

@test "validate says so of each file" {
	program validate one.json two.json early.json
	expect_status 0
	[[ $output == $'one.json: valid\ntwo.json: valid\nearly.json: valid' ]]
	expect_valid one.json two.json early.json
}

@test "NaN is printed nowhere" {
	local format table
	for table in cells runs percentiles conditions; do
		for format in tsv csv; do
			"$IPCMARK" export --format "$format" --table "$table" one.json two.json early.json >"$table.$format"
		done
	done
	"$IPCMARK" show one.json two.json early.json >shown
	"$IPCMARK" show --json one.json >shown.json
	expect_only_numbers ./*.tsv ./*.csv shown shown.json one.json two.json early.json
}

@test "a figure that is null is an em dash, never NaN" {
	edit two.json null.json '
for cell in d["cells"]:
    for name in ("switches_per_message", "cpu_ns_per_message"):
        for run in cell["runs"]:
            run[name] = None
        cell["summary"][name].update(estimate=None, ci95=None, modes=None, runs=0)
'
	expect_valid null.json
	"$IPCMARK" show null.json >shown
	expect_only_numbers shown
	"$IPCMARK" export null.json >cells.tsv
	expect_only_numbers cells.tsv
}
