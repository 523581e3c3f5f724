#!/usr/bin/env bats
# compare: what its arms are of and whether they can be compared at all; what it writes, and where.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"
# shellcheck source=tests/compare.bash
source "$BATS_TEST_DIRNAME/compare.bash"

# boots FOLDER KERNEL FIRST COUNT STATEMENT...: results of so many boots.
boots() {
	local folder=$1 kernel=$2 first=$3 count=$4 i
	shift 4
	for ((i = first; i < first + count; i++)); do
		make "$folder/$i.json" "kernel(\"$kernel\")" "boot($i)" "$@"
	done
}

@test "another hardware is refused with what differs, or allowed and stamped" {
	make base.json 'hardware("AMD EPYC")' 'rtt("pipe")'
	make new.json 'hardware("Intel Xeon")' 'd["environment"]["cpu"]["present"] = 8' 'rtt("pipe", 6000)'
	compare base.json new.json
	expect_status 4
	expect_one_line_of_error
	expect_in "$stderr" "not the same hardware: cpu.model AMD EPYC / Intel Xeon; cpu.present 2 / 8" "--allow hardware"
	told 'rows == []' 'd["fingerprints"]["hardware"] == "differs"' 'd["allowed"] == []' \
		'{"fingerprint": "hardware", "member": "cpu.present", "values": ["2", "8"]} in d["differences"]'
	compare base.json new.json --gate
	expect_status 4
	compare base.json new.json --gate --allow hardware --markdown=summary.md
	expect_status 1
	told 'd["allowed"] == ["hardware"]' 'row("pipe")["verdict"] == "regression"'
	expect_in "$output" "--allow hardware"
	expect_in "$(<summary.md)" "--allow hardware"
	# what was not needed is no stamp
	compare base.json base.json --allow hardware
	told 'd["allowed"] == []'
	compare base.json new.json --allow software
	refused 'ipcmark: compare: --allow "software": expected hardware'
}

@test "another tuning or firmware is told with what differs" {
	make base.json 'tuning("performance")' 'microcode("0x1")' 'rtt("pipe")'
	make new.json 'tuning("powersave")' 'microcode("0x2")' 'rtt("pipe")' \
		'd["environment"]["settings"]["net.core.rmem_max"] = "1"' 'd["environment"]["settings"]["rlimit.open_files"] = "1"'
	compare base.json new.json
	told '"tuning differs: power.governor performance / powersave; settings.net.core.rmem_max 4194304 / 1" in d["warnings"]' \
		'"firmware differs: cpu.microcode 0x1 / 0x2" in d["warnings"]' \
		'd["fingerprints"] == {"hardware": "same", "firmware": "differs", "kernel": "same", "tuning": "differs"}' \
		'len(d["differences"]) == 3'
}

@test "results that were allowed something, interrupted, or measured in another way are told" {
	make base.json 'rtt("pipe")'
	make new.json 'rtt("pipe")' 'd["invocation"].update(allowed=["clocksource"], status="interrupted", time_ns=1000)' \
		'd["tool"]["git"] = "0123456789ab"' 'label("later")'
	compare base.json new.json
	told 'd["arms"][1]["allowed"] == ["clocksource"]' '"new.json was measured with --allow clocksource" in d["warnings"]' \
		'"new.json was interrupted: its cells have fewer runs" in d["warnings"]' \
		'"6.18.4 and later were measured by different versions of ipcmark" in d["warnings"]' \
		'"6.18.4 and later were measured in runs of different lengths (--time)" in d["warnings"]'
}

@test "below five boots the kernel and the boot can't be told apart" {
	make 6.17.json 'kernel("6.17.9")' 'boot(1)' 'rtt("pipe")'
	make 6.18.json 'kernel("6.18.4")' 'boot(2)' 'rtt("pipe", 6000)'
	compare 6.17.json 6.18.json
	told 'd["unit"] == "run"' 'd["fingerprints"]["kernel"] == "differs"' \
		'd["differences"] == [{"fingerprint": "kernel", "member": "kernel.release", "values": ["6.17.9", "6.18.4"]}]' \
		'd["warnings"][0].startswith("kernel 6.17.9 -> 6.18.4 (1 boot per arm: kernel and boot not separable")' \
		'd["arms"][0]["kernel"] == "6.17.9" and d["arms"][0]["label"] == "6.17.9"'
	boots many 6.18.4 10 5 'rtt("pipe", 6000)'
	compare 6.17.json many/
	told 'd["unit"] == "run"' 'd["warnings"][0].startswith("kernel 6.17.9 -> 6.18.4 (1 and 5 boots: ")' \
		'd["arms"][1]["boots"] == 5 and d["arms"][1]["runs"] == 100'
	boots few 6.17.9 20 2 'rtt("pipe")'
	compare 6.17.json few
	told 'd["warnings"][0].startswith("one kernel (1 and 2 boots: a change and the boot not separable")'
}

@test "with five boots an arm the boot is the unit" {
	# from boot to boot it varies more than from run to run
	for i in 1 2 3 4 5; do
		make "old/$i.json" 'kernel("6.17.9")' "boot($i)" "rtt('pipe', 5000 + 250 * $i, spread=0.001)" 'rtt("tcp", 9000)'
		make "new/$i.json" 'kernel("6.18.4")' "boot(1$i)" "rtt('pipe', 5030 + 250 * $i, spread=0.001)" 'rtt("tcp", 11000)'
	done
	compare old new --gate
	expect_status 1
	told 'd["unit"] == "boot"' 'all(r["runs"] == [5, 5] for r in rows)' 'row("tcp")["verdict"] == "regression"' \
		'row("pipe")["verdict"] == "inconclusive" and row("pipe")["p"] > 0.1' 'not any("boot" in w for w in d["warnings"])' \
		'abs(row("pipe")["base"] - 5750) < 1' 'd["arms"][0]["files"] == [f"old/{i}.json" for i in range(1, 6)]' \
		'len(d["arms"][0]["invocations"]) == len(d["arms"][0]["started"]) == 5'
	# by runs, the same would have been certain
	compare old/3.json new/3.json
	told 'row("pipe")["p_adjusted"] < 0.01'
}

@test "a cell of fewer boots than five is inconclusive, not compared by its runs" {
	boots old 6.17.9 1 5 'rtt("pipe")' 'rtt("tcp")'
	boots new 6.18.4 11 4 'rtt("pipe")' 'rtt("tcp")'
	boots new 6.18.4 15 1 'rtt("pipe")'
	compare old new
	told 'd["unit"] == "boot"' 'row("tcp")["verdict"] == "inconclusive"' 'row("tcp")["reason"] == "4 boots of new: an interval needs 5"' \
		'row("tcp")["ci95"] is None and row("tcp")["p"] is None and row("pipe")["ci95"]' 'row("tcp")["runs"] == [5, 4]'
}

@test "three arms are each compared with the first" {
	make a.json 'kernel("6.16.1")' 'rtt("pipe")' 'rtt("tcp")'
	make b.json 'kernel("6.17.9")' 'rtt("pipe", 6000)' 'rtt("tcp")'
	make c.json 'kernel("6.18.4")' 'rtt("pipe", 4000)'
	compare a.json b.json c.json --gate --strict
	expect_status 1
	told '[(r["arm"], r["verdict"]) for r in rows if "pipe" in r["cell"] and r["metric"] == "rtt_ns.p50"] ==
		[(1, "regression"), (2, "improvement")]' \
		'[(r["arm"], r["metric"]) for r in rows][:4] == [(1, "rtt_ns.p50"), (2, "rtt_ns.p50"), (1, "rtt_ns.p90"), (2, "rtt_ns.p90")]' \
		'd["absent"] == [{"cell": "pingpong/tcp/block/64/same-cpu", "metric": None, "reason": "not in 6.18.4"}]' \
		'd["differences"][0]["values"] == ["6.16.1", "6.17.9", "6.18.4"]' '[a["label"] for a in d["arms"]] == ["6.16.1", "6.17.9", "6.18.4"]' \
		'd["warnings"][0].startswith("kernel 6.16.1 -> 6.17.9 -> 6.18.4 (1 boot per arm")' 'd["family"]["comparisons"] == 12'
}

@test "an arm with one run says that it is one" {
	make base.json 'rtt("pipe", runs=1)'
	make new.json 'rtt("pipe", 9000, runs=1)'
	make whole.json 'rtt("pipe", 9000)'
	compare base.json new.json --gate
	expect_status 4
	told 'all(r["verdict"] == "inconclusive" for r in rows)' 'row("pipe")["reason"] == "1 run of base: an interval needs 6"' \
		'abs(row("pipe")["ratio"] - 1.8) < 1e-3' 'row("pipe")["ci95"] is None and row("pipe")["p"] is None' \
		'row("pipe")["runs_needed"] is None and row("pipe")["smallest_effect"] is None' 'd["family"]["comparisons"] == 0'
	compare base.json whole.json --gate --strict
	expect_status 4
	compare whole.json base.json
	told 'row("pipe")["reason"] == "1 run of new: an interval needs 6"'
}

@test "run counts at which nothing could be proven are told, and how many would do" {
	local i cells=()
	for i in {1..40}; do cells+=("rtt('pipe', size=$((64 + i)), runs=6)"); done
	make base.json "${cells[@]}"
	make new.json "${cells[@]}"
	compare base.json new.json
	told 'd["family"]["comparisons"] == 160' 'abs(d["family"]["smallest_p"] - 2 / 924) < 1e-12' \
		'any(w.startswith("so few runs can") and "among 160 comparisons" in w and "8 of each would do" in w for w in d["warnings"])'
}

@test "a result against itself says nothing, and is no gate" {
	make base.json 'rtt("pipe")'
	make new.json 'same_invocation("base.json")' 'rtt("pipe", 9000)'
	compare base.json base.json
	expect_status 0
	told 'all(r["verdict"] == "same" and r["ratio"] == 1 and r["paired"] for r in rows)' \
		'd["arms"][0]["label"] != d["arms"][1]["label"]' \
		'any("are one measurement: this says nothing about a change" in w for w in d["warnings"])'
	compare base.json base.json --gate
	expect_status 4
	expect_in "$stderr" "a measurement was compared with itself"
	compare base.json new.json --gate
	expect_status 4
}

@test "a control that failed makes a gate untrustworthy" {
	local sound=('rtt("pipe")' 'control("a_a")' 'control("positive", 1.05)' 'rtt("tcp")')
	make base.json "${sound[@]}"
	make new.json "${sound[@]}"
	make differs.json 'rtt("pipe")' 'control("a_a", 1.02)' 'control("positive", 1.05)' 'rtt("tcp", 9000)'
	make missed.json 'rtt("pipe")' 'control("a_a")' 'control("positive", 1.0)' 'rtt("tcp")'
	compare base.json new.json --gate --strict
	expect_status 0
	told 'd["controls"]["verdict"] == "trustworthy" and d["controls"]["reason"] is None' 'len(d["controls"]["a_a"]) == 2' \
		'not [r for r in rows if "control" in r["cell"]] and d["absent"] == []' \
		'[f["file"] for f in d["controls"]["positive"]] == ["base.json", "new.json"]'
	# before a regression, and only of a gate
	compare base.json differs.json --gate
	expect_status 7
	told 'd["controls"]["verdict"] == "untrustworthy"' 'd["controls"]["reason"] == "the A/A cell of differs.json: differs"' \
		'd["gate"]["reason"] == "untrustworthy: the A/A cell of differs.json: differs"' 'd["counts"]["regression"] > 0'
	expect_in "$output" "UNTRUSTWORTHY"
	compare base.json differs.json
	expect_status 0
	compare missed.json new.json --gate
	expect_status 7
	told 'd["controls"]["reason"] == "the positive control of missed.json: missed"'
}

@test "controls that were not run, or in too few blocks, prove nothing" {
	make base.json 'rtt("pipe")' 'control("a_a")' 'control("positive", 1.05)'
	make none.json 'rtt("pipe")'
	make few.json 'rtt("pipe")' 'control("a_a", runs=5)' 'control("positive", 1.05, runs=5)'
	compare base.json none.json --gate
	expect_status 0
	told 'd["controls"]["verdict"] == "not run"' 'd["controls"]["reason"] == "the A/A cell of none.json: not run"' \
		'len(d["controls"]["a_a"]) == 1'
	compare few.json base.json --gate
	expect_status 0
	told 'd["controls"]["verdict"] == "not run"' 'd["controls"]["reason"] == "the A/A cell of few.json: too few runs"'
}

@test "a broken file in a folder is refused by its name, and an empty folder by its own" {
	boots new 6.18.4 1 3 'rtt("pipe")'
	make base.json 'rtt("pipe")'
	: >new/.hidden.json
	: >new/notes.txt
	compare base.json new
	expect_status 0
	told 'd["arms"][1]["files"] == ["new/1.json", "new/2.json", "new/3.json"]'
	head -c 1000 new/2.json >new/25.json
	compare base.json new/
	refused "ipcmark: new/25.json: line "
	cp new/2.json new/25.json
	compare base.json new
	refused "ipcmark: new/25.json: the same measurement as new/2.json"
	mkdir empty
	compare base.json empty
	refused "ipcmark: empty: no *.json in this folder"
	compare base.json nowhere
	refused "ipcmark: nowhere: No such file or directory"
}

@test "a result of another version, and one that contradicts itself, are refused" {
	make base.json 'rtt("pipe")' 'rtt("tcp")'
	edit base.json later.json 'd["schema"] = "ipcmark-result/2"'
	compare base.json later.json
	refused 'ipcmark: later.json: schema: expected "ipcmark-result/1", got "ipcmark-result/2"'
	edit base.json wrong.json 'd["cells"][1]["runs"][3]["messages_per_s"] *= 2'
	compare base.json wrong.json
	refused "ipcmark: wrong.json: cells[1].runs[3].messages_per_s: expected "
	edit base.json units.json 'd["cells"][1]["summary"]["rtt_ns.p90"].update(unit="1/s", better="higher")'
	compare base.json units.json
	refused 'ipcmark: units.json: pingpong/tcp/block/64/same-cpu: rtt_ns.p90 is in "1/s" where "higher" is better: expected "ns" and "lower"'
}

@test "labels that two arms share are told apart" {
	make a/new.json 'rtt("pipe")'
	make b/new.json 'rtt("pipe")'
	make c.json 'rtt("pipe")'
	make d.json 'rtt("pipe")' 'label("mine")'
	compare a/new.json b/new.json c.json d.json
	told '[a["label"] for a in d["arms"]] == ["6.18.4 (a/new.json)", "6.18.4 (b/new.json)", "6.18.4 (c.json)", "mine"]'
	boots e 6.17.1 1 1 'rtt("pipe")'
	boots e 6.17.2 2 1 'rtt("pipe")'
	compare d.json e/
	told 'd["arms"][1]["label"] == "e"' 'd["arms"][1]["kernel"] == "6.17.1, 6.17.2"' \
		'"e holds results of more than one kernel" in d["warnings"]'
}
