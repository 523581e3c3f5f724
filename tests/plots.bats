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
	"$IPCMARK" run "${tiny[@]}" -q --runs 6 --label first -o "$folder/first.json" -c "$pipe" -c "$pipe/control={a-a,positive}" \
		-c "$fifo"
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 --label second -o "$folder/second.json" -c "$pipe" -c "$fifo"
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 -o "$folder/paced.json" -c 'paced/pipe/block/64/same-cpu/load={10,50}%'
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
}

@test "run-medians and over-blocks: every cell, and the interval in words" {
	plot new.json
	expect_figure run-medians "Round trip, p50, 64 B; same-cpu: both sides on one CPU" "pipe block" "tcp block" "13.2 us" \
		"its 95 % interval"
	expect_figure over-blocks "pipe block" "tcp block" "Throughput, 64 B; same-cpu: both sides on one CPU" block
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
