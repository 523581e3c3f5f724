#!/usr/bin/env bats
# Schedules, think time, controls, conditions and costs: what a run says beside its round trips.

# shellcheck disable=SC2016,SC2030,SC2031 # scripts in quotes; each test is a process of its own
# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

measure() {
	program run "${tiny[@]}" --force -o result.json "$@"
	expect_status 0
	expect_valid result.json
}

# refused TEXT ARGUMENT...: with one line that holds the text.
refused() {
	program "${@:2}"
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "$1"
}

@test "a paced cell has response and service times, and never halves or mixes them" {
	measure -c paced/pipe/block/64/same-cpu --rate 2k --time 50ms
	holds result.json 'list(cells) == ["paced/pipe/block/64/same-cpu/rate=2000"]' \
		'cell["axes"] == {"rate": "2000"}' 'abs(cell["rate_per_s"] - 2000) < 1e-6' \
		'cell["capacity_per_s"] > 0' 'run["rtt_ns"] is None' \
		'run["messages"] + run["discarded"] == run["sent"]' \
		'run["response_ns"]["count"] == run["service_ns"]["count"] == run["lateness_ns"]["count"] == run["messages"]' \
		'run["response_ns"]["max"] >= run["service_ns"]["min"]' \
		'abs(run["response_ns"]["mean"] - run["service_ns"]["mean"] - run["lateness_ns"]["mean"]) < 1' \
		'"response_ns.p50" in cell["summary"] and "rtt_ns.p50" not in cell["summary"]'
	expect_in "$output" "paced stream of 64 B, same-cpu" "response, from when due" "2.00 k/s"
}

@test "without a rate a paced cell runs at half of what it can move" {
	measure -c paced/pipe/block/64/same-cpu
	holds result.json 'cell["axes"] == {"load": "50%"}' \
		'abs(cell["rate_per_s"] / cell["capacity_per_s"] - 0.5) < 1e-6'
}

@test "--sweep: five loads of the cell's own capacity" {
	measure -c paced/pipe/block/64/same-cpu --sweep
	holds result.json '[c["axes"]["load"] for c in d["cells"]] == ["10%", "25%", "50%", "75%", "90%"]' \
		'all(abs(100 * c["rate_per_s"] / c["capacity_per_s"] - int(c["axes"]["load"][:-1])) < 1e-6 for c in d["cells"])'
}

@test "--rate and --sweep are of paced cells" {
	refused "--sweep: no paced cell was asked for: -c paced/pipe" run "${tiny[@]}" --sweep -c "$pipe" -o x.json
	refused "--rate: no paced cell was asked for" run "${tiny[@]}" --rate 5 -c "$pipe" -o x.json
	refused "--rate and --sweep: one of them" run --rate 5 --sweep -o x.json
	refused 'rate "fast": expected messages a second' run --rate fast -o x.json
	refused 'unknown axis "lod": did you mean "load="?' run -c paced/pipe/lod=5% -o x.json
	refused '"think=1ms": stream has no such axis: it is one of pingpong' run -c stream/pipe/think=1ms -o x.json
}

@test "more than can be moved is unstable: no quantile is printed" {
	measure -c paced/pipe/block/4096/same-cpu/rate=20M --time 10ms
	holds result.json '"unstable" in run["flags"]' \
		'all(run[k][q] is None for k in ("response_ns", "service_ns") for q in ("p50", "p90", "p99", "p99_9"))' \
		'cell["summary"]["response_ns.p50"]["estimate"] is None' 'cell["histogram"] is None'
	expect_in "$output" "unstable: the backlog grows"
}

@test "what is not pinned, or moves nothing, has no one-way time" {
	program run "${tiny[@]}" -c 'paced/{null,pipe}/{none,block}/64/{floating,same-cpu}' -o result.json
	expect_status 0
	holds result.json 'cells["paced/pipe/block/64/floating/load=50%"]["status"] == "skipped"' \
		'"clocks" in cells["paced/pipe/block/64/floating/load=50%"]["reason"]' \
		'cells["paced/null/none/64/same-cpu/load=50%"]["reason"] == "nothing crosses, so nothing arrives"'
}

@test "the distance of the clocks is on record" {
	measure -c pingpong/pipe/block/64
	holds result.json 'len(d["environment"]["clock"]["skew_ns"]) == 2' \
		'd["environment"]["clock"]["skew_ns"][0] <= d["environment"]["clock"]["skew_ns"][1]' \
		'all(p["reason"] is None for p in d["environment"]["clock"]["skew_of_pairs"])'
}

@test "think time is an axis: it is not part of the round trip, and makes the run longer" {
	measure -c "$pipe/think={0,1ms}"
	holds result.json 'list(cells) == ["pingpong/pipe/block/64/same-cpu", "pingpong/pipe/block/64/same-cpu/think=1ms"]' \
		'd["cells"][1]["axes"] == {"think": "1ms"}' \
		'd["cells"][1]["runs"][0]["seconds"] >= 0.001 * d["cells"][1]["runs"][0]["messages"]' \
		'd["cells"][1]["runs"][0]["rtt_ns"]["min"] < 1e6'
	expect_in "$output" "round trip of 64 B, same-cpu, think 1ms"
}

@test "the ci preset brings its controls along, the quick one does not" {
	measure -c "$fifo" --preset ci --runs 8
	holds result.json 'set(cells) == {"pingpong/fifo/block/64/same-cpu"} | {"pingpong/pipe/block/64/same-cpu" + c for c in ("", "/control=a-a", "/control=positive")}' \
		'd["controls"]["a_a"]["runs"] == 8' 'd["controls"]["a_a"]["verdict"] in ("same", "differs")' \
		'd["controls"]["positive"]["verdict"] in ("detected", "missed")' 'd["controls"]["positive"]["injected"] == 0.05' \
		'd["controls"]["a_a"]["ci95"][0] <= d["controls"]["a_a"]["ratio"] <= d["controls"]["a_a"]["ci95"][1]'
	expect_in "$output" "controls" "A/A" "+5 % in consumer"
	measure -c "$fifo"
	holds result.json 'd["controls"] == {"a_a": None, "positive": None}'
}

@test "controls that the cells do not bear out are refused" {
	measure -c "$pipe" --preset ci --runs 8
	edit result.json lie.json 'd["controls"]["positive"]["ratio"] *= 2'
	refused "lie.json: controls.positive.ratio: expected " validate lie.json
	edit result.json lie.json 'd["controls"]["a_a"] = None'
	refused "lie.json: controls.a_a: expected an object from the cells, got null" validate lie.json
}

@test "every run says what the machine did meanwhile" {
	program run --preset quick --time 100ms --runs 1 -q -c "$pipe" -c "$fifo" -o result.json
	holds result.json 'all(set(r["conditions"]) >= {"foreign", "steal", "throttles", "producer_work_ns"} for r in runs)' \
		'all(r["status"] == "ok" or r["reason"] for r in runs)' 'd["invocation"]["allowed"] == []' \
		'all(c["status"] == "ok" or c["status"] == "invalid" and c["summary"]["rtt_ns.p50"]["estimate"] is None for c in d["cells"])'
}

@test "work beside a run is seen, and takes it out" {
	measure -c "$pipe"
	cpu=$(value result.json 'cell["cpus"][0]')
	taskset -c "$cpu" sh -c 'while :; do :; done' 3>&- &
	pid=$!
	program run --preset quick --time 400ms --runs 1 --force -q -c "$pipe" -o result.json
	expect_status 5
	expect_valid result.json
	holds result.json 'cell["status"] == "invalid"' 'run["status"] == "invalid"' '"foreign_load" in run["flags"]' \
		'run["conditions"]["foreign"] > 0.1' '"other work took" in run["reason"]' \
		'cell["summary"]["rtt_ns.p50"]["estimate"] is None' 'run["rtt_ns"]["p50"] > 0'
	measure --time 400ms -c "$pipe"
	holds result.json 'cell["status"] == "ok"' '"foreign_load" in run["flags"]' \
		'"disturbed" in d["invocation"]["allowed"]'
}

@test "two measurements take turns" {
	start run "${tiny[@]}" --runs 40 --time 50ms -q -c "$pipe" -o first.json
	await 10 is_running ipcmark-consume
	program run "${tiny[@]}" -q -c "$pipe" -o second.json
	expect_status 0
	expect_in "$stderr" "another measurement is under way on this machine (process $pid): waiting for its end"
	[[ -f first.json ]] || flunk "the second run did not wait for the first"
	finish
	expect_status 0
}

@test "waiting for a turn can be interrupted" {
	start run "${tiny[@]}" --runs 400 --time 100ms -q -c "$pipe" -o first.json
	first=$pid
	await 10 is_running ipcmark-consume
	"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o second.json 2>second.err 3>&- &
	second=$!
	await 10 grep -q waiting second.err
	kill -INT "$second"
	code=0
	wait "$second" || code=$?
	((code == 130)) || flunk "expected the exit code 130, got $code"
	[[ ! -e second.json ]]
	pid=$first
	kill -INT "$pid"
	finish
	expect_status 130
}

@test "each side's cost is there; a counter that did not run is null with its reason" {
	measure -c "$pipe"
	holds result.json 'all(s["cpu_ns_per_message"] > 0 and s["voluntary_switches_per_message"] >= 0 for s in run["counters"].values())' \
		'all((None in [s[k + "_per_message"] for k in ("instructions", "cycles", "cache_misses")]) == (s["not_counted_reason"] is not None) for s in run["counters"].values())' \
		'all(s[k + "_per_message"] != 0 for s in run["counters"].values() for k in ("instructions", "cycles"))'
	program show --cost result.json
	expect_status 0
	expect_in "$output" "a message costs" "producer" "consumer" "busy" "preempted"
	expect_not_in "$output" nan
	refused "--json and --cost: one of them" show --json --cost result.json
}

@test "the noise floor of each used CPU is measured" {
	measure -c "$pipe"
	holds result.json '[g["cpu"] for g in d["noise_floor"]] == sorted(set(cell["cpus"]))' \
		'all(0 <= g["fraction"] <= 1 and g["rate_per_s"] >= 0 and g["max_ns"] >= 0 for g in d["noise_floor"])' \
		'isinstance(cell["summary"]["rtt_ns.p50"]["environment_dominated"], bool)'
}
