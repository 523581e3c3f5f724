#!/usr/bin/env bats
# What each figure needs of the results, and what it says where that is not there. The results are made for it, but for
# those whose histograms and controls only a measurement has.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

# Cells that all figures of a comparison have something to say about.
cells='
rtt("pipe", 5000, runs=10)
rtt("tcp", 11000 * CHANGE, runs=10)
rtt("fifo", 5100, runs=10, placement="same-llc")
rtt("pipe", 5200, runs=10, axes={"think": "1ms"})
stream("pipe", 1e6, runs=10)'

# More mechanisms than one panel can hold: transports of three families and one that no family has, four waits of one.
many='
for i, name in enumerate(("pipe", "fifo", "splice", "unix-stream", "unix-dgram", "scm-rights", "tcp", "tcp6", "tls", "carrier-pigeon")):
    for size in (64, 1024):
        for wait in ("block", "spin") + (("poll", "epoll") if name == "tcp" else ()):
            rtt(name, 4000 + 500 * i + size + (100 if wait == "poll" else 0), runs=6, size=size, wait=wait)
            stream(name, 1e6 - 5e4 * i, runs=6, size=size, wait=wait)'

# Cells along each axis. Those of a fan-in are made as pingpong: see stub_fanin.
axes='
for n in (1, 2, 4):
    rtt("pipe", 5000 * n, runs=6, axes={"pairs": str(n)} if n > 1 else None)
    stream("pipe", 1e6 + n, runs=6, axes={"pairs": str(n)} if n > 1 else None)
    stream("pipe", 2e6 + n, runs=6, axes={"batch": str(8 * n)})
    stream("tcp", 3e5 + n, runs=6, axes={"buffer": "%dK" % (4 * n)})["effective"].update(pipe_bytes=None, sndbuf_bytes=8192 * n)
    stream("mq-posix", 3e5 + n, runs=6, axes={"buffer": "%dK" % (4 * n)})["effective"].update(pipe_bytes=None, queue_bytes=640)
    for wait in ("poll", "epoll"):
        for name in ("pipe", "tcp"):
            rtt(name, 5000 + (100 * n if wait == "poll" else 0), runs=6, wait=wait, axes={"connections": str(4 * n), "active": "1"})
rtt("pipe", 4800, runs=6, axes={"sides": "threads"})'

# Two results of a machine, a third of another, one with a single run, and two that were measured: one with controls,
# and one of paced cells.
setup_file() {
	command -v gnuplot >/dev/null || return 0
	local folder=$BATS_FILE_TMPDIR
	make() { "$python" "$source_dir/tests/e2e_compare.py" make "$folder/$1.json" "${@:2}"; }
	make base "${cells/CHANGE/1}" 'label("the \"base\" & 5 %")'
	make new "${cells/CHANGE/1.2}" 'label("new")'
	make other "${cells/CHANGE/1}" 'hardware("another")'
	make single 'rtt("pipe", 5000, runs=1)'
	make many "$many"
	make axes "$axes"
	"$IPCMARK" run "${tiny[@]}" -q --runs 6 --label first -o "$folder/first.json" -c "$pipe" -c "$pipe/control={a-a,positive}" \
		-c "$fifo"
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 --label second -o "$folder/second.json" -c "$pipe" -c "$fifo"
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 -o "$folder/paced.json" -c 'paced/pipe/block/64/same-cpu/load={10,50}%'
	# whether so short a run keeps its schedule is up to the machine
	edit "$folder/paced.json" "$folder/paced.json" '
for cell in d["cells"]:
    cell["histogram"] = None
    for run in cell["runs"]:
        run["flags"] = []
        for name in ("response_ns", "service_ns"):
            run[name].update({key: 20000 for key in run[name] if key != "count"})
    for name in cell["summary"]:
        if "_ns.p" in name:
            cell["summary"][name].update(estimate=20000, ci95=None, runs=2, modes=None)
'
}

setup() {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	enter_folder
	cp "$BATS_FILE_TMPDIR"/*.json .
}

teardown() {
	leave_folder
}

plot() {
	program plot --format svg -o figures "$@"
	expect_status 0
}

# The words of a figure, a line each.
words_of() {
	"$python" -c '
import sys, xml.etree.ElementTree as tree
for text in tree.parse(sys.argv[1]).getroot().iter("{http://www.w3.org/2000/svg}text"):
    print("".join(text.itertext()).strip())' "figures/$1.svg"
}

# expect_figure NAME WORD...: it was drawn, and has these words.
expect_figure() {
	[[ -s figures/$1.svg ]] || flunk "expected $1"
	expect_in "$(words_of "$1")" "${@:2}"
}

# expect_no_figure NAME REASON: it was not drawn, and the reason was told.
expect_no_figure() {
	[[ ! -e figures/$1.svg ]] || flunk "did not expect $1"
	expect_in "$stderr" "$1: $2"
}

@test "ratios: the verdict of every cell, its change and its base" {
	plot base.json new.json
	expect_figure ratios 'new against the "base" & 5 %' "pipe block" "tcp block" REGRESSION "+20.0 %" "11.0 us" same \
		"Throughput, 64 B" "idle for 1ms before each round trip" "margin 3 % to 5 %: does not matter"
	(($(words_of ratios | grep -c '^REGRESSION$') == 1))
	(($(words_of ratios | grep -c '^same$') == 5)) # and one in the legend
	expect_not_in "$(words_of ratios)" "A/A noise"
}

@test "ratios: several arms have a lane each" {
	edit base.json again.json 'd["invocation"]["label"] = "again"; d["invocation"]["id"] = "f" * 32'
	plot base.json new.json again.json
	expect_figure ratios "new, again against the"
	(($(words_of ratios | grep -c '^new$') == 6)) # and one in the caption
	(($(words_of ratios | grep -c '^again$') == 6))
}

@test "figures of a comparison: one result is not enough" {
	plot base.json
	expect_no_figure ratios "it takes two results or more"
	expect_no_figure percentile-difference "it takes two results or more"
}

@test "ratios: what compare refuses is told, and the other figures are drawn" {
	plot base.json other.json
	expect_no_figure ratios "compare: not the same hardware"
	expect_figure run-medians "pipe block"
}

@test "percentile-difference: curves and differences of the cells in both" {
	plot first.json second.json
	expect_figure percentile-difference "pipe block" "fifo block" difference "percentile (%)" first second
	plot base.json new.json
	expect_in "$stderr" "percentile-difference: no pingpong cell has percentiles in the first result and another"
}

@test "latency-against-load: the paced cells, a panel for p50 and one for p99" {
	plot paced.json
	expect_figure latency-against-load "pipe block" "same-cpu, p50: both sides on one CPU" "messages due" \
		"10 and 50 % of what the cell can move"
	expect_no_figure round-trip-by-mechanism "no pingpong cell has a p50"
	plot base.json
	expect_in "$stderr" "latency-against-load: no paced cell has a response time; ipcmark run --sweep measures them"
}

@test "latency-against-load: a rate that is unstable has a mark, not a quantile" {
	edit paced.json unstable.json '
cell = d["cells"][1]
cell["histogram"] = None
for run in cell["runs"]:
    run["flags"] = ["unstable"]
    for name in ("response_ns", "service_ns"):
        run[name].update({q: None for q in run[name] if q.startswith("p")})
for name in cell["summary"]:
    if "_ns.p" in name:
        cell["summary"][name].update(estimate=None, ci95=None, runs=0, modes=None)
'
	plot unstable.json
	expect_figure latency-against-load "at the top: unstable, the backlog grew"
	edit unstable.json few.json '
for run in d["cells"][1]["runs"][1:]:
    run["flags"] = ["one_way_unresolved"]'
	plot few.json
	expect_figure latency-against-load "Without a point: pipe block at "
}

@test "run-medians and over-blocks: every cell, and the interval in words" {
	plot new.json
	expect_figure run-medians "Round trip, p50, 64 B; same-cpu: both sides on one CPU" "pipe block" "tcp block" "13.2 us" \
		"its 95 % interval"
	expect_figure over-blocks "pipe block" "tcp block" "Throughput, 64 B; same-cpu: both sides on one CPU" block
}

@test "run-medians: of many cells those whose runs lie furthest apart" {
	"$python" "$source_dir/tests/e2e_compare.py" make wide.json '
for i in range(70):
    rtt("t%d" % i, 5000 + i, runs=2, spread=0.1 if i < 60 else 0.001)
for i in range(10):
    stream("s%d" % i, 1e6, runs=2, spread=0.001)'
	plot wide.json
	expect_figure run-medians "t59 block" "Shown are the 60 of 80 cells whose runs lie furthest apart." "ipcmark export --table runs"
	(($(words_of run-medians | grep -c '^[ts][0-9]* block$') == 60))
	expect_not_in "$(words_of run-medians)" Throughput
	expect_not_in "$(words_of run-medians)" "t60 block"
}

@test "run-medians and over-blocks: one run shows nothing" {
	plot single.json
	expect_no_figure run-medians "one run of each cell"
	expect_no_figure over-blocks "one run of each cell"
}

@test "a-a: what the controls found; in no other figure are they cells" {
	local figure
	plot first.json
	expect_figure a-a "pipe block, 64 B; same-cpu: both sides on one CPU" "A/A: the same cell again" "the cell with a spin of 5 %"
	for figure in figures/*.svg; do
		[[ $(words_of "$(basename "$figure" .svg)") != *control=* ]] || flunk "a control in $figure"
	done
	(($(words_of run-medians | grep -c '^pipe block$') == 1))
	plot base.json
	expect_in "$stderr" "a-a: no result has controls; the presets ci and review measure them"
}

@test "a control that failed is told by the figures of a comparison" {
	cat >stub <<STUB
#!/usr/bin/env bash
"$IPCMARK" "\$@" | sed -E 's/((a_a|positive)[.]verdict\t).*/\1missed/'
STUB
	chmod +x stub
	IPCMARK=./stub run --separate-stderr "$source_dir/scripts/plot" --format svg -o figures first.json second.json
	expect_status 0
	expect_figure a-a "UNTRUSTWORTHY, a control failed in first." ": MISSED"
	expect_figure percentile-difference "UNTRUSTWORTHY, a control failed in first."
}

@test "think time has a panel of its own" {
	plot base.json
	expect_figure round-trip-by-mechanism "same-cpu: both sides on one CPU" \
		"same-cpu: both sides on one CPU, idle for 1ms before each round trip"
	(($(words_of round-trip-by-mechanism | grep -c '^pipe block$') == 2))
	expect_not_in "$(words_of round-trip-by-mechanism)" "think="
}

@test "labels stay text in every figure" {
	edit base.json base.json "d['invocation']['label'] = \"it's \`date\` %d \$x <b> \\\\\\\\n\""
	plot base.json new.json
	expect_figure ratios "it's \`date\` %d \$x <b> \\\\n"
	expect_figure run-medians "it's \`date\` %d \$x <b> \\\\n"
}

# A program whose results hold a fan-in.
stub_fanin() {
	cat >stub <<STUB
#!/usr/bin/env bash
set -o pipefail
"$IPCMARK" "\$@" | sed '/connections=/s/pingpong/fanin/g'
STUB
	chmod +x stub
	IPCMARK=./stub run --separate-stderr "$source_dir/scripts/plot" --format svg -o figures "$@"
	expect_status 0
}

@test "many mechanisms: a panel for each family, and one for a transport with several waits" {
	plot many.json
	local figure
	for figure in round-trip-by-size throughput-by-size; do
		expect_figure "$figure" pipes "Unix sockets" "TCP and other streams over IP" others "tcp, its waits" \
			"carrier-pigeon" "scm-rights" "scm-rights spin" poll epoll "Where no wait is named it is block."
		expect_not_in "$(words_of "$figure")" "scm-rights block"
	done
	# In the family's panel a transport has its usual wait and spin; the others are in its own.
	expect_not_in "$(words_of round-trip-by-size)" "tcp epoll"
	# 24 curves fit the figures whose rows and points each have a name.
	expect_figure round-trip-by-mechanism "tcp epoll" "carrier-pigeon block"
	expect_figure cpu-against-latency "tcp epoll" "carrier-pigeon block"
}

@test "few mechanisms: one panel, with names beside the curves" {
	plot axes.json
	expect_figure batch "pipe block" "messages in one system call" "same-cpu: both sides on one CPU, 64 B"
	expect_not_in "$(words_of batch)" pipes
}

@test "waits: each against the usual one of its transport" {
	plot many.json
	expect_figure waits tcp poll epoll block "p50 against the usual wait (logarithmic)" "7.06 us"
	expect_not_in "$(words_of waits)" fifo
	plot base.json
	expect_in "$stderr" "waits: no transport has two waits that sleep"
}

@test "cells with axes have a panel of their own, and are named by them" {
	plot axes.json
	local words
	words=$(words_of round-trip-by-mechanism)
	expect_in "$words" "same-cpu: both sides on one CPU, with further axes" "pipe block pairs=4" "pipe block sides=threads"
	(($(grep -c '^pipe block$' <<<"$words") == 1))
	expect_in "$(words_of run-medians)" "pipe block sides=threads" "pipe block batch=8" "tcp block buffer=4K"
}

@test "a connection for each message, or a request in two writes, has a panel of its own" {
	edit base.json patterns.json '
for cell, pattern in zip(d["cells"][:2], ("connect", "write-write-read")):
    cell.update(pattern=pattern, id=cell["id"].replace("pingpong", pattern))'
	plot patterns.json
	expect_figure round-trip-by-mechanism "same-cpu: both sides on one CPU, a connection for each message" \
		"same-cpu: both sides on one CPU, the request in two writes"
	expect_figure run-medians "Round trip, p50, 64 B; same-cpu: both sides on one CPU, a connection for each message"
}

@test "scaling, batch and buffer: along their axis, from the cell without it where that is 1" {
	plot axes.json
	expect_figure scaling "same-cpu: both sides on one CPU, 64 B; messages of all pairs" \
		"same-cpu: both sides on one CPU, 64 B; round trip" "pairs at once"
	expect_in "$(words_of scaling | tr '\n' ' ')" " 1 2 4 pairs at once"
	expect_in "$(words_of batch | tr '\n' ' ')" " 1 8 16 32 messages in one system call"
	expect_figure buffer "tcp block" "8 KiB" "16 KiB" "32 KiB" "effective size of the buffer" \
		"95 % confidence intervals over runs"
	expect_in "$(words_of buffer | tr '\n' ' ')" "One size only, so without a curve: of same-cpu, 64 B: mq-posix block."
	expect_not_in "$(words_of buffer)" "pipe block"
	expect_not_in "$(words_of buffer)" "4 KiB"
	expect_not_in "$(words_of buffer)" "came to be the same"
	plot base.json
	for name in fan-in:connections scaling:pairs batch:batch buffer:buffer; do
		expect_in "$stderr" "${name%:*}: no cell with the axis ${name#*:}= has more than one value of it"
	done
}

@test "scaling and buffer: the range of the runs where they are too few for an interval" {
	"$python" "$source_dir/tests/e2e_compare.py" make few.json "${axes//runs=6/runs=3}"
	plot few.json
	expect_figure scaling "bars are the range of the runs"
	expect_figure buffer "bars are the range of the runs"
	"$python" "$source_dir/tests/e2e_compare.py" make mixed.json "${axes/runs=6/runs=3}"
	plot mixed.json
	expect_in "$(words_of scaling | tr '\n' ' ')" "bars are 95 % confidence intervals over runs, or the range of fewer than 6 runs"
}

@test "buffer: sizes that came to be the same, and one that is not known" {
	edit axes.json same.json '
for cell in d["cells"]:
    if "buffer" in cell["axes"]:
        cell["effective"]["sndbuf_bytes"] = {"4K": None, "8K": 16384, "16K": 16384}[cell["axes"]["buffer"]]'
	plot same.json
	expect_figure buffer "tcp block" "4 KiB" "16 KiB" "Where no size is known it is the one that was asked for." \
		"Points above each other asked for sizes that came to be the same."
}

@test "fan-in: a panel for each transport, a curve for each wait" {
	stub_fanin axes.json
	expect_figure fan-in pipe tcp poll epoll connections "same-cpu: both sides on one CPU, 64 B, 1 active"
	(($(words_of fan-in | grep -c '^epoll$') == 2))
	expect_not_in "$(words_of round-trip-by-mechanism)" connections=
}

@test "fan-in: where a wait ends, and why" {
	edit axes.json axes.json '
for cell in d["cells"]:
    if cell["axes"].get("connections") == "16" and cell["wait"] == "poll":
        cell.update(status="skipped", reason="too many", runs=[], summary={})'
	stub_fanin axes.json
	expect_figure fan-in "Without a point: poll from 16 on (too many)."
}

@test "round-trip-by-mechanism: alike rows are one, and waits have a figure of their own where there is no room" {
	"$python" "$source_dir/tests/e2e_compare.py" make wide.json '
for i in range(30):
    for wait in ("block", "poll", "epoll"):
        rtt("t%d" % i, 5000 + i, runs=1, wait=wait)
    absent("t%d" % i, reason="not on one CPU", wait="spin")'
	plot wide.json
	expect_figure round-trip-by-mechanism "t7 block" "30 mechanisms" "skipped: not on one CPU" \
		"Left out are 60 rows of waits other than the usual one and spin: see the figure waits."
	expect_not_in "$(words_of round-trip-by-mechanism)" "t7 poll"
	expect_figure waits t7 poll
	expect_figure cpu-against-latency "t7 block" "Left out are 60 points of waits"
}

@test "no two transports, and no two waits, look alike" {
	local looks
	looks=$(grep -oE '[a-z0-9-]+ 0x[0-9A-F]{6} [0-9]+' "$source_dir/plots/transports.awk")
	(($(wc -l <<<"$looks") > 50))
	# Each of these is a transport and a wait.
	(($(cut -d ' ' -f 1 <<<"$looks" | sort | uniq -d | grep -cvxE 'futex|eventfd|condvar') == 0))
	[[ -z $(sed '/^none /,$d' <<<"$looks" | cut -d ' ' -f 2,3 | sort | uniq -d) ]]
	[[ -z $(sed -n '/^block /,$p' <<<"$looks" | cut -d ' ' -f 2,3 | sort | uniq -d) ]]
}
