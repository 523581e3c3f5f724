#!/usr/bin/env bats
# compare: every verdict and every exit code, on results that were made for it.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

# shellcheck source=tests/compare.bash
source "$BATS_TEST_DIRNAME/compare.bash"

@test "every verdict, with its figures" {
	make base.json 'rtt("pipe")' 'rtt("tcp", 9000)' 'rtt("shm", 2000)' 'rtt("fifo")' 'rtt("udp", 8000, spread=0.08)'
	make new.json 'rtt("pipe", 5500)' 'rtt("tcp", 8000)' 'rtt("shm", 2030)' 'rtt("fifo", 5002)' \
		'rtt("udp", 8100, spread=0.08)'
	compare base.json new.json
	expect_status 0
	told 'row("pipe")["verdict"] == "regression"' 'abs(row("pipe")["ratio"] - 1.1) < 0.002' \
		'1.08 < row("pipe")["ci95"][0] < 1.1 < row("pipe")["ci95"][1] < 1.12' \
		'row("pipe")["ci95"][0] < row("pipe")["ci90"][0] and row("pipe")["ci90"][1] < row("pipe")["ci95"][1]' \
		'row("pipe")["p"] < 1e-9 and row("pipe")["p"] < row("pipe")["p_adjusted"] < 1e-8' \
		'row("pipe")["exact"] and not row("pipe")["paired"]' \
		'row("tcp")["verdict"] == "improvement" and row("tcp")["ratio"] < 0.9' \
		'row("shm")["verdict"] == "small" and row("shm")["p_adjusted"] <= 0.05 and row("shm")["ratio"] < 1.03' \
		'row("fifo")["verdict"] == "same" and row("fifo")["p_adjusted"] > 0.05' \
		'row("udp")["verdict"] == "inconclusive" and row("udp")["reason"] is None' \
		'100 < row("udp")["runs_needed"] < 200' \
		'all(r["runs_needed"] is None for r in rows if r["verdict"] != "inconclusive")' \
		'all(r["runs"] == [20, 20] for r in rows)' \
		'0.005 < row("pipe")["smallest_effect"] < 0.02 and row("udp")["smallest_effect"] > 0.05' \
		'd["family"]["comparisons"] == len(rows) == 20' \
		'd["counts"] == {v: sum(r["verdict"] == v for r in rows) for v in d["counts"]}'
	expect_in "$output" "REGRESSION" "improvement" "inconclusive: about " "NO CONTROLS: " "change: the median of all ratios" \
		"20 comparisons, Benjamini-Hochberg 0.05"
}

@test "rows stand in the order of the base's cells, and each figure once" {
	make base.json 'rtt("tcp", p99_9=4)' 'stream("pipe")' 'rtt("pipe")'
	make new.json 'rtt("pipe")' 'stream("pipe")' 'rtt("tcp", p99_9=4)'
	compare base.json new.json
	told '[r["metric"] for r in rows] == ["rtt_ns.p50", "rtt_ns.p90", "rtt_ns.p99", "rtt_ns.p99_9",
		"cpu_ns_per_message", "messages_per_s", "cpu_ns_per_message", "rtt_ns.p50", "rtt_ns.p90", "rtt_ns.p99",
		"cpu_ns_per_message"]' \
		'[r["cell"].split("/")[1] for r in rows] == ["tcp"] * 5 + ["pipe"] * 6' \
		'[(r["margin"], r["margin_from"]) for r in rows[:6]] ==
			[(0.03, "default"), (0.05, "default"), (0.05, "default"), (0.1, "default"), (0.05, "default"), (0.05, "default")]'
}

@test "more is better for throughput" {
	make base.json 'stream("pipe", 1e6)' 'stream("tcp", 1e6)'
	make new.json 'stream("pipe", 9e5)' 'stream("tcp", 1.1e6)'
	compare base.json new.json --gate
	expect_status 1
	told 'row("pipe", "messages_per_s")["verdict"] == "regression" and row("pipe", "messages_per_s")["ratio"] < 0.91' \
		'row("tcp", "messages_per_s")["verdict"] == "improvement"' 'row("tcp", "messages_per_s")["better"] == "higher"' \
		'd["gate"] == {"asked": True, "strict": False, "exit_code": 1, "reason": "1 regression"}'
	compare new.json base.json
	told 'row("pipe", "messages_per_s")["verdict"] == "improvement"' 'row("tcp", "messages_per_s")["verdict"] == "regression"'
}

@test "a gate holds, and without one a regression is no failure" {
	make base.json 'rtt("pipe")'
	make new.json 'rtt("pipe", 5010)'
	make bad.json 'rtt("pipe", 6000)'
	compare base.json new.json --gate
	expect_status 0
	told 'd["gate"]["reason"] == "nothing worse, but no controls prove it"' 'd["gate"]["exit_code"] == 0'
	compare base.json bad.json --gate
	expect_status 1
	compare base.json bad.json
	expect_status 0
	told 'd["counts"]["regression"] > 0' 'd["gate"]["exit_code"] == 0 and not d["gate"]["asked"]'
}

@test "a strict gate stumbles over what is inconclusive" {
	make base.json 'rtt("pipe", spread=0.1)' 'rtt("tcp")'
	make new.json 'rtt("pipe", spread=0.1)' 'rtt("tcp")'
	compare base.json new.json --gate
	expect_status 0
	compare base.json new.json --gate --strict
	expect_status 3
	told 'd["gate"]["reason"].startswith("nothing worse, but no controls prove it, ")' '" inconclusive" in d["gate"]["reason"]'
	# --strict alone is not a gate that was forgotten
	compare base.json new.json --strict
	expect_status 3
	make worse.json 'rtt("pipe", spread=0.1)' 'rtt("tcp", 6000)'
	compare base.json worse.json --strict
	expect_status 1
}

@test "a strict gate stumbles over what is absent, and it is listed" {
	make base.json 'rtt("pipe", p99_9=4)' 'rtt("tcp")' 'absent("udp", reason="why so")' 'absent("fifo")' 'rtt("shm")'
	make new.json 'rtt("pipe")' 'rtt("unix-stream")' 'rtt("udp")' 'absent("fifo")' 'absent("shm", "failed", "it broke")'
	edit new.json new.json 'd["invocation"]["label"] = "later"'
	compare base.json new.json --gate
	expect_status 1
	told '{(a["cell"].split("/")[1], a["metric"], a["reason"]) for a in d["absent"]} == {
		("pipe", "rtt_ns.p99_9", "later: needs 100000 messages in a run"), ("tcp", None, "only in 6.18.4"),
		("unix-stream", None, "only in later"), ("udp", None, "6.18.4: skipped: why so"),
		("shm", None, "later: failed: it broke")}'
	compare base.json new.json --gate --strict
	expect_status 1
	told 'd["gate"]["reason"] == "0 regressions, 1 cell that worked in the base and broke, or can\u0027t keep the rate"'
	make worked.json 'rtt("pipe")' 'rtt("tcp")' 'absent("udp", reason="why so")'
	make gone.json 'rtt("pipe")' 'absent("udp", reason="why so")'
	compare worked.json gone.json --gate
	expect_status 0
	compare worked.json gone.json --gate --strict
	expect_status 3
	told 'd["gate"]["reason"] == "nothing worse, but no controls prove it, 1 absent"'
}

@test "what lost more was not faster, and what lost its pace is worse" {
	make base.json 'stream("udp", 1e6, lost=0.0001)' 'paced("pipe")' 'rtt("pipe")'
	make new.json 'stream("udp", 1.5e6, lost=0.6)' 'paced("pipe")' 'rtt("pipe")'
	make slow.json 'stream("udp", 1e6, lost=0.0001)' 'paced("pipe", unstable=True)' 'rtt("pipe")'
	compare base.json new.json
	told 'row("udp", "messages_per_s")["verdict"] == "inconclusive"' \
		'row("udp", "messages_per_s")["reason"] == "0.01 % were lost in base and 60 % in new: not one rate"'
	compare base.json slow.json --gate
	expect_status 1
	expect_in "$output" "1 cell that worked in the base and broke, or can't keep the rate"
}

@test "cells of another placement, or at another rate, are not the same" {
	make base.json 'rtt("pipe", placement="0,1")' 'paced("pipe", rate=10000)' 'paced("tcp", rate=10000)' 'rtt("tcp")'
	make new.json 'rtt("pipe", placement="0,1")["placement_class"] = "cross-numa"' 'paced("pipe", rate=12500)' \
		'paced("tcp", rate=10050)' 'rtt("tcp")'
	edit new.json new.json 'd["invocation"]["label"] = "later"'
	compare base.json new.json
	told 'len(d["absent"]) == 2' 'd["absent"][0]["reason"] == "same-llc in 6.18.4, cross-numa in later"' \
		'd["absent"][1]["reason"] == "at 10000/s in one and 12500/s in the other: run --rate fixes it"' \
		'row("paced/tcp", "response_ns.p50")["verdict"] == "same"' 'row("paced/tcp", "service_ns.p99")["verdict"] == "same"' \
		'not [r for r in rows if r["metric"] == "messages_per_s"]'
}

@test "a rate that can't be kept has no figures to compare, and that is told" {
	make base.json 'paced("pipe")' 'paced("tcp", unstable=True)' 'rtt("tcp")'
	make new.json 'paced("pipe", unstable=True)' 'paced("tcp", unstable=True)' 'rtt("tcp")'
	edit new.json new.json 'd["invocation"]["label"] = "later"'
	compare base.json new.json
	told '{(a["cell"].split("/")[1], a["reason"]) for a in d["absent"]} ==
		{("pipe", "later: unstable at this rate"), ("tcp", "6.18.4: unstable at this rate")}' \
		'row("paced/pipe", "cpu_ns_per_message")["notes"][-1] == "unstable in 20 of 20 runs in new"'
}

@test "the harness itself is no row, but told where it changed" {
	make base.json 'rtt("null", 20, wait="none")' 'rtt("pipe")' 'control("a_a")' 'control("positive", 1.05)'
	make new.json 'rtt("null", 30, wait="none")' 'rtt("pipe")' 'control("a_a")' 'control("positive", 1.05)'
	compare base.json new.json --gate --strict
	expect_status 0
	told '{r["cell"] for r in rows} == {"'$pipe'"}' \
		'any("the harness itself differs: pingpong/null/none/64/same-cpu takes 20.0 ns" in w for w in d["warnings"])'
}

@test "two regimes, losses and batches are noted" {
	make base.json 'stream("udp", lost=0.004)' 'rtt("shm", 100, wait="spin", p90=None, p99=None)["batch"] = 4'
	make new.json 'stream("udp", lost=0.02)' 'rtt("shm", 100, wait="spin", p90=None, p99=None)["batch"] = 4'
	compare base.json new.json
	told 'row("udp", "messages_per_s")["notes"] == ["0.4 % lost in base", "2 % lost in new"]' \
		'row("shm")["notes"] == ["means of 4"]'
}

@test "medians are compared by their interpolated values where both arms have them" {
	make coarse.json 'rtt("pipe", 5000, interpolated=100)'
	make fine.json 'rtt("pipe", 5040, interpolated=100)'
	make plain.json 'rtt("pipe", 5000)'
	compare coarse.json fine.json
	told 'row("pipe")["exact"] and 1.006 < row("pipe")["ratio"] < 1.01'
	compare coarse.json plain.json
	told 'not row("pipe")["exact"]' 'row("pipe")["base"] % 100 == 0'
}

@test "margins are raised to what the A/A cells and the clock can tell" {
	make base.json 'rtt("pipe", 5000)' 'control("a_a", noise=0.2)' 'rtt("shm", 50, spread=0.001)' 'stream("pipe")'
	make new.json 'rtt("pipe", 5000)' 'rtt("shm", 50, spread=0.001)' 'stream("pipe")'
	compare base.json new.json --margin p50=1%
	told 'row("pipe")["margin_from"] == "a_a" and row("pipe")["margin"] > 0.05' \
		'row("pipe", "rtt_ns.p99")["margin_from"] == "a_a"' \
		'row("shm")["margin"] == 10 / row("shm")["base"] and row("shm")["margin_from"] == "quantum"' \
		'row("shm", "rtt_ns.p99")["margin_from"] == "quantum"' \
		'row("stream", "messages_per_s")["margin_from"] == "a_a"' \
		'row("pipe", "rtt_ns.p99")["margin"] > 0.05'
}

@test "a policy says how far a figure may move, and what does not count" {
	make base.json 'rtt("pipe")' 'rtt("tcp")' 'rtt("fifo")' 'stream("udp")'
	make new.json 'rtt("pipe", 5200)' 'rtt("tcp", 5200)' 'rtt("fifo", 6000)' 'stream("tcp")'
	cat >policy <<-'EOF'
		# for this runner
		margin p50 = 5%
		margin p50 pingpong/tcp = 2%
		margin p99 = 20%
		ignore pingpong/fifo
		ignore stream/{udp,tcp}/*
	EOF
	compare base.json new.json --policy policy --gate --strict
	expect_status 1
	told 'row("pipe")["margin"] == 0.05 and row("pipe")["margin_from"] == "policy"' 'row("pipe")["verdict"] == "small"' \
		'row("tcp")["margin"] == 0.02 and row("tcp")["verdict"] == "regression"' \
		'row("pipe", "rtt_ns.p90")["margin_from"] == "default"' 'row("pipe", "rtt_ns.p99")["margin"] == 0.2' \
		'not [r for r in rows if "fifo" in r["cell"]]' 'd["absent"] == []' \
		'"3 cells left out by the policy" in d["warnings"]'
	compare base.json new.json --policy policy --margin p50=6% --gate
	expect_status 0
	told 'row("tcp")["margin"] == 0.06 and row("tcp")["margin_from"] == "--margin"'
}

@test "the policy that is printed says what holds without one" {
	make base.json 'rtt("pipe", p99_9=4)' 'stream("pipe")' 'paced("pipe")'
	make new.json 'rtt("pipe", 5200, p99_9=4)' 'stream("pipe")' 'paced("pipe")'
	program compare --write-policy
	expect_status 0
	[[ -z $stderr ]]
	printf '%s\n' "$output" >policy
	expect_in "$output" "# " "margin p50 = 3%" "margin p99.9 = 10%" "margin throughput = 5%" "margin cpu = 5%"
	compare base.json new.json
	cp comparison.json without.json
	compare base.json new.json --policy policy
	told 'all(r["margin_from"] == "policy" for r in rows)'
	local script='import json
a, b = json.load(open("without.json")), json.load(open("comparison.json"))
for row in a["rows"] + b["rows"]: row.pop("margin_from")
assert a == b'
	"$python" -c "$script"
}

@test "a policy that says nothing or nonsense is refused at its line" {
	make base.json 'rtt("pipe")'
	make new.json 'rtt("pipe", 5200)'
	printf 'margin p50 = 3%%\nmargim p99 = 3%%\n' >policy
	compare base.json new.json --policy policy
	refused 'ipcmark: policy: line 2: unknown key "margim": did you mean "margin"?'
	printf 'margin p50 = 3\n' >policy
	compare base.json new.json --policy policy
	refused 'ipcmark: policy: line 1: margin "3": expected a percentage, as in 3%'
	printf '# ours\nignore stream/*\n' >policy
	compare base.json new.json --policy policy
	refused 'ipcmark: policy: line 2: "stream/*" matches no cell of this comparison'
	compare base.json new.json --margin 'pingpong/tpc:p50=3%'
	refused '--margin "pingpong/tpc:p50=3%": "pingpong/tpc" matches no cell'
	compare base.json new.json --margin 'p51=3%'
	refused 'unknown metric "p51": did you mean "p50"?'
	compare base.json new.json --policy nowhere
	refused "ipcmark: nowhere: No such file or directory"
}

@test "nothing to compare is never a pass" {
	make base.json 'rtt("pipe")'
	make new.json 'rtt("tcp")'
	make none.json 'absent("pipe")'
	compare base.json new.json
	expect_status 4
	expect_one_line_of_error
	expect_in "$stderr" "nothing to compare: base.json and new.json have no cell with figures in common"
	told 'd["gate"]["exit_code"] == 4 and rows == []' '[a["reason"] for a in d["absent"]] == ["only in 6.18.4 (base.json)", "only in 6.18.4 (new.json)"]'
	compare base.json none.json --gate
	expect_status 4
	printf 'ignore pingpong\n' >policy
	compare base.json base.json --policy policy
	expect_status 4
	expect_in "$stderr" "that the policy does not leave out"
	# of three arms, too
	compare base.json base.json new.json
	expect_status 4
}

@test "a document is written for what was refused, and no table" {
	make base.json 'rtt("pipe")'
	make new.json 'rtt("tcp")'
	program compare base.json new.json --gate --markdown=summary.md --junit=report.xml --tsv=rows.tsv
	expect_status 4
	expect_one_line_of_error
	[[ -s summary.md && -s report.xml && -s rows.tsv ]]
	program compare base.json new.json --json
	expect_status 4
	expect_in "$output" '"exit_code": 4'
}
