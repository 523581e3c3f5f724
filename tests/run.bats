#!/usr/bin/env bats
# `ipcmark run`: what it measures, what it says meanwhile, and what it writes.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

# measure ARGUMENT...: a run that must succeed, into result.json.
measure() {
	program run "${tiny[@]}" --force -o result.json "$@"
	expect_status 0
}

escape=$'\e'
return=$'\r'

@test "a result is valid, by the program and by an independent validator" {
	measure -c "$pipe" -c stream/pipe/block/64/same-cpu
	expect_valid result.json
	[[ $(stat -c %a result.json) == $(printf '%o' $((0666 & ~$(umask)))) ]]
	[[ $(ls -A) == result.json ]]
	holds result.json 'd["schema"] == "ipcmark-result/1"' \
		'd["invocation"]["status"] == "complete"' \
		'd["invocation"]["started"] <= d["invocation"]["finished"]' \
		'd["invocation"]["argv"][1:4] == ["run", "--preset", "quick"]' \
		'd["invocation"]["runs"] == 1 and d["invocation"]["time_ns"] == 2000000' \
		'[c["id"] for c in d["cells"]] == ["pingpong/pipe/block/64/same-cpu", "stream/pipe/block/64/same-cpu"]' \
		'all(c["status"] == "ok" and c["reason"] is None and len(c["runs"]) == 1 for c in d["cells"])' \
		'd["environment"]["kernel"]["release"] == open("/proc/sys/kernel/osrelease").read().strip()' \
		'd["invocation"]["boot_id"] == open("/proc/sys/kernel/random/boot_id").read().strip()' \
		'cell["effective"]["pipe_bytes"] >= cell["requested"]["pipe_bytes"] > 0'
	expect_only_numbers result.json
	expect_nothing_left
}

@test "-o - puts the JSON alone on standard output" {
	program run "${tiny[@]}" -c "$pipe" -o -
	expect_status 0
	printf '%s' "$output" >copy.json
	expect_valid copy.json
	[[ $stderr == "ipcmark: block 1 of 1 done, about 0:00 left" ]]
	[[ $(ls -A) == copy.json ]]
	"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o - | "$IPCMARK" validate -
}

@test "without -o the result is named after date and time" {
	program run "${tiny[@]}" -c "$pipe"
	expect_status 0
	local files=(*)
	((${#files[@]} == 1))
	[[ ${files[0]} =~ ^ipcmark-[0-9]{8}-[0-9]{6}\.json$ ]]
	expect_in "$stderr" "ipcmark: ${files[0]} written (complete, "
	expect_valid "${files[0]}"
}

@test "the label is recorded and shown; without one it is the kernel's release" {
	measure -c "$pipe" --label 'base, "quoted" and änd'
	holds result.json 'd["invocation"]["label"] == "base, \"quoted\" and änd"'
	expect_in "$output" 'base, "quoted" and änd'
	measure -c "$pipe"
	holds result.json "d['invocation']['label'] == '$(uname -r)'"
}

@test "the order of runs is random, and the same again with the same seed" {
	local orders='[(c["id"], [(r["block"], r["order"], r["padding_bytes"]) for r in c["runs"]]) for c in d["cells"]]'
	local cells=(-c 'pingpong/{pipe,fifo,socketpair-stream,unix-stream}/block/{64,128}/same-cpu' --runs 2)
	local first second third
	measure "${cells[@]}" --seed 42
	holds result.json 'd["invocation"]["seed"] == 42' \
		'sorted(r["order"] for r in runs if r["block"] == 0) == list(range(8))' \
		'sorted(r["order"] for r in runs if r["block"] == 1) == list(range(8))'
	first=$(value result.json "$orders")
	measure "${cells[@]}" --seed 42
	second=$(value result.json "$orders")
	measure "${cells[@]}" --seed 43
	third=$(value result.json "$orders")
	[[ $first == "$second" ]]
	[[ $first != "$third" ]]
}

@test "the largest seed is kept exactly; without one there is another each time" {
	local first
	measure -c "$pipe" --seed 9007199254740991
	holds result.json 'd["invocation"]["seed"] == 9007199254740991'
	measure -c "$pipe"
	first=$(value result.json 'd["invocation"]["seed"]')
	measure -c "$pipe"
	holds result.json "d['invocation']['seed'] != $first"
}

@test "--cpus pins both sides, as do two numbers in a cell" {
	local cpus a b
	read -ra cpus <<<"$(allowed_cpus)"
	a=${cpus[0]} b=${cpus[-1]}
	measure -c pingpong/pipe/block --cpus "$b,$a"
	holds result.json 'len(d["cells"]) == 1' "cell['id'] == 'pingpong/pipe/block/64/$b,$a'" \
		"cell['cpus'] == [$b, $a]" "cell['placement'] == '$b,$a'" 'cell["status"] == "ok"'
	measure -c "pingpong/pipe/block/64/$a,$b"
	holds result.json 'len(d["cells"]) == 1' "cell['cpus'] == [$a, $b]"
}

@test "cells that can't run stay in result and table, with the reason" {
	measure -c "$pipe" -c pingpong/pipe/spin/64/same-cpu -c pingpong/udp/block/64K/same-cpu
	holds result.json 'cells["pingpong/pipe/spin/64/same-cpu"]["status"] == "skipped"' \
		'"spin needs two CPUs" in cells["pingpong/pipe/spin/64/same-cpu"]["reason"]' \
		'cells["pingpong/udp/block/64K/same-cpu"]["status"] == "skipped"' \
		'"65507 bytes" in cells["pingpong/udp/block/64K/same-cpu"]["reason"]' \
		'all(not c["runs"] and not c["summary"] and c["histogram"] is None for c in by(status="skipped"))' \
		'cell["status"] == "ok"'
	[[ $output =~ pipe\ +spin\ +—\ skipped:\ spin\ needs\ two\ CPUs ]]
	[[ $output =~ udp\ +block\ +—\ skipped:\ udp\ carries\ at\ most\ 65507\ bytes ]]
	expect_valid result.json
}

@test "exit code 6 when no cell could run; the result says why" {
	program run "${tiny[@]}" -c pingpong/udp/block/64K -o result.json
	expect_status 6
	expect_valid result.json
	holds result.json 'by(status="skipped") == d["cells"] != []'
	expect_in "$output" "— skipped: udp carries at most 65507 bytes in a message"
}

@test "placements that this machine lacks are skipped with the reason" {
	program run "${tiny[@]}" -c 'pingpong/pipe/block/64/*' -o result.json
	expect_status 0
	expect_valid result.json
	local missing
	missing=$("$IPCMARK" list --json | "$python" -c '
import json, sys
print({p["name"]: p["reason"] for p in json.load(sys.stdin)["placements"] if not p["available"]})')
	holds result.json 'len(d["cells"]) == 6' \
		"{c['placement']: c['reason'] for c in by(status='skipped')} == $missing" \
		'cells["pingpong/pipe/block/64/floating"]["cpus"] == [-1, -1]'
}

@test "off a terminal progress is plain lines, one for each pass" {
	program run "${tiny[@]}" -c "$pipe" -c "$fifo" -o result.json --runs 2
	expect_status 0
	((${#stderr_lines[@]} == 3))
	[[ ${stderr_lines[0]} =~ ^"ipcmark: block 1 of 2 done, about 0:0"[0-9]" left"$ ]]
	[[ ${stderr_lines[1]} == "ipcmark: block 2 of 2 done, about 0:00 left" ]]
	[[ ${stderr_lines[2]} =~ ^"ipcmark: result.json written (complete, "[0-9]+" s)"$ ]]
	expect_not_in "$output$stderr" "$escape"
	expect_not_in "$output$stderr" "$return"
}

# on_terminal COMMAND: its standard error is a terminal, which is kept in the file "screen".
on_terminal() {
	script -qec "$1" /dev/null </dev/null >screen
}

@test "on a terminal progress is one line that is written again and again" {
	local line="^(${return}[^$escape]*${escape}\\[K)+ipcmark: result.json written \\(complete, [0-9]+ s\\)$return\$"
	on_terminal "'$IPCMARK' run ${tiny[*]} --runs 2 -c $pipe -c $fifo -o result.json >table"
	(($(wc -l <screen) == 1)) || flunk "$(cat -v screen)"
	[[ $(<screen) =~ $line ]] || flunk "$(cat -v screen)"
	expect_in "$(<screen)" "calibrating 2 of 2: $fifo" "block 1 of 2, about 0:0" "block 2 of 2, about 0:0"
	# the last thing drawn is nothing
	expect_in "$(<screen)" "$return${escape}[Kipcmark: "
	expect_not_in "$(<table)" "$escape"
	expect_not_in "$(<table)" "$return"
}

@test "there is no colour, with NO_COLOR or without" {
	on_terminal "'$IPCMARK' run ${tiny[*]} -c $pipe -o a.json"
	run ! grep -E "$escape\\[[0-9;]*m" screen
	on_terminal "NO_COLOR=1 '$IPCMARK' run ${tiny[*]} -c $pipe -o b.json"
	run ! grep -E "$escape\\[[0-9;]*m" screen
}

@test "-q says nothing, on a terminal or off" {
	program run "${tiny[@]}" -q -c "$pipe" -o result.json
	expect_status 0
	[[ -z $output$stderr ]]
	on_terminal "'$IPCMARK' run ${tiny[*]} -q -c $pipe -o other.json"
	[[ ! -s screen ]]
	expect_valid result.json other.json
}

@test "messages are counted on both sides" {
	measure -c 'pingpong/{pipe,tcp,shm}/{block,futex}/64/same-cpu' -c 'stream/{pipe,tcp,shm}/{block,futex}/64/same-cpu' \
		-c pingpong/udp/block/64/same-cpu --runs 2
	holds result.json 'len(runs) == 14' \
		'all(r["sent"] == r["messages"] + r["discarded"] for r in runs)' \
		'all(r["lost"] == r["duplicates"] == r["reordered"] == 0 for r in runs)' \
		'all(r["discarded"] >= 100 for r in runs)' \
		'all(len({r["sent"] for r in c["runs"]}) == 1 for c in d["cells"])' \
		'all(r["rtt_ns"]["count"] == r["messages"] for c in by(pattern="pingpong") for r in c["runs"])' \
		'all(c["histogram"]["count"] == sum(r["messages"] for r in c["runs"]) for c in by(pattern="pingpong"))' \
		'all(sum(n for _, n in c["histogram"]["counts"]) == c["histogram"]["count"] for c in by(pattern="pingpong"))' \
		'all(c["histogram"] is None and c["runs"][0]["rtt_ns"] is None for c in by(pattern="stream"))'
}

@test "what a lossy stream loses is counted" {
	program run "${tiny[@]}" --time 100ms -c 'stream/udp/block/64/same-cpu' -o result.json
	expect_status 0
	holds result.json '0 <= run["lost"] < run["sent"]' 'run["messages"] > 0' 'run["duplicates"] == 0' \
		'run["messages"] + run["discarded"] + run["lost"] == run["sent"]' \
		'abs(cell["summary"]["loss_ratio"]["estimate"] - (1 - run["messages"] / run["offered"])) < 1e-9'
}

# How many transports this machine has.
available() {
	"$IPCMARK" list --json | "$python" -c \
		'import json, sys; print(sum(t["available"] for t in json.load(sys.stdin)["transports"]))'
}

@test "every mechanism plays pingpong" {
	measure -c 'pingpong/*/usual/64' -c 'pingpong/{pipe,shm}/*/64'
	holds result.json "len({c['transport'] for c in by(status='ok')}) == $(available)" \
		'all(c["status"] in ("ok", "skipped") for c in d["cells"])' \
		'all(c["status"] == "ok" for c in by(transport="pipe") if c["wait"] not in ("spin", "io-uring"))'
	expect_valid result.json
	expect_only_numbers result.json
}

@test "every mechanism streams" {
	program run "${tiny[@]}" -c stream -o result.json
	# of a stream that is so short all may be lost where messages may
	((status == 0 || status == 5))
	holds result.json "len({c['transport'] for c in d['cells'] if c['status'] != 'skipped'}) == $(available)" \
		'all(c["status"] in ("ok", "skipped") or "udp" in c["transport"] for c in d["cells"])' \
		'not by(status="failed")' \
		'all("every message was lost: " in c["reason"] for c in by(status="invalid"))'
	expect_valid result.json
	expect_only_numbers result.json
}

@test "odd and large sizes arrive whole" {
	measure -c '{pingpong,stream}/{pipe,shm,unix-stream,tcp}/{block,futex}/{16,17,1000,64K,1M}/same-cpu'
	holds result.json 'len(d["cells"]) == 40' 'all(c["status"] == "ok" for c in d["cells"])' \
		'{c["size_bytes"] for c in d["cells"]} == {16, 17, 1000, 65536, 1048576}' \
		'all(abs(r["bytes_per_s"] / r["messages_per_s"] / c["size_bytes"] - 1) < 1e-9 for c in d["cells"] for r in c["runs"])'
	expect_valid result.json
}

@test "datagrams that do not fit are skipped with the reason, never cut" {
	program run "${tiny[@]}" -c '{pingpong,stream}/{udp,unix-dgram,socketpair-dgram}/block/{1000,64K,1M}/same-cpu' \
		-o result.json
	((status == 0 || status == 5))
	holds result.json 'len(d["cells"]) == 18' \
		'all(c["status"] == "skipped" and "65507" in c["reason"] for c in by(transport="udp") if c["size_bytes"] > 65507)' \
		'all(c["status"] == "skipped" and c["reason"] for c in by(transport="unix-dgram", size_bytes=1048576))' \
		'all(c["status"] == "skipped" and "1048576 bytes" in c["reason"] for c in by(transport="unix-dgram", size_bytes=1048576))' \
		'all(c["status"] == "ok" for c in by(transport="unix-dgram", size_bytes=1000))' \
		'all(c["status"] == "ok" for c in by(transport="udp", size_bytes=1000, pattern="pingpong"))' \
		'all(c["status"] in ("ok", "skipped") or c["transport"] == "udp" for c in d["cells"])'
	expect_valid result.json
}

@test "the memory of a side is bounded: 16 MiB and two messages" {
	skip_if_sanitized "its shadow memory counts"
	measure -c 'pingpong/{pipe,tcp,shm}/*/{64,1M}' -c 'stream/{null,pipe,shm}/{none,block,spin,futex}/{64,1M}'
	holds result.json 'runs' \
		'all(0 < r["counters"][s]["max_rss_bytes"] < (16 << 20) + 2 * c["size_bytes"] for c in d["cells"] for r in c["runs"] for s in ("producer", "consumer"))'
}

@test "an interval needs six runs" {
	measure -c "$pipe" --runs 6
	holds result.json 'len(cell["summary"]["rtt_ns.p50"]["ci95"]) == 2' \
		'cell["summary"]["rtt_ns.p50"]["ci95"][0] <= cell["summary"]["rtt_ns.p50"]["estimate"] <= cell["summary"]["rtt_ns.p50"]["ci95"][1]'
	measure -c "$pipe" --runs 5
	holds result.json 'cell["summary"]["rtt_ns.p50"]["ci95"] is None' 'cell["summary"]["rtt_ns.p50"]["runs"] == 5'
	expect_in "$output" "95 % CI: needs 6 runs"
}

@test "what was left out or allowed is on record" {
	measure -c "$pipe" --omit cmdline --allow clocksource
	holds result.json 'd["environment"]["kernel"]["cmdline"] is None' \
		'd["invocation"]["allowed"] == ["clocksource", "disturbed"]'
	expect_in "$output" "STAMPED: measured with --allow clocksource --allow disturbed"
	program run --preset quick --time 2ms --runs 1 --force -o result.json -c "$pipe" # on a busy machine, it may be invalid
	holds result.json 'd["invocation"]["allowed"] == []' \
		'(d["environment"]["kernel"]["cmdline"] or "") == open("/proc/cmdline").read().strip()'
	expect_not_in "$output" STAMPED
}

@test "--force replaces a result; a link stays a link" {
	measure -c "$pipe" --label first
	ln -s result.json link.json
	program run "${tiny[@]}" -c "$pipe" --label second --force -o link.json
	expect_status 0
	[[ -L link.json ]]
	holds result.json 'd["invocation"]["label"] == "second"'
	[[ $(ls -A) == $'link.json\nresult.json' ]]
}

# What strace saw of the last pair that was forked: calls_of SIDE fills reads, writes, clock, all.
# trace CELL: measures it under strace, into result.json and the files trace.PID.
trace() {
	skip_if_sanitized "a leak check can't run under strace"
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "strace is not allowed here"
	strace -ff -ttt -o trace "$IPCMARK" run "${tiny[@]}" -q -c "$1" -o result.json
	sent=$(value result.json 'run["sent"]')
	((sent >= 100))
	"$python" "$source_dir/tests/e2e_result.py" calls trace >sides
}

@test "a round trip over a pipe is four system calls, and no clock is read by one" {
	local side reads writes clock rest
	trace "$pipe"
	while read -r side reads writes clock rest; do
		((reads == sent && writes == sent)) || flunk "$side of $sent round trips: $reads reads, $writes writes"
		((clock == 0)) || flunk "$side: $clock calls to read a clock or to sleep"
		((rest - reads - writes < 100)) || flunk "$side: $rest calls in all"
	done <sides
	(($(wc -l <sides) == 2))
}

@test "a round trip over spinning shared memory is no system call at all" {
	local cpus side reads writes clock rest
	read -ra cpus <<<"$(allowed_cpus)"
	((${#cpus[@]} > 1)) || skip "needs two CPUs"
	trace "pingpong/shm/spin/64/${cpus[0]},${cpus[1]}"
	while read -r side reads writes clock rest; do
		((reads == 0 && writes == 0 && clock == 0)) || flunk "$side: $reads reads, $writes writes, $clock of the clock"
		((rest < 100)) || flunk "$side of $sent round trips: $rest calls"
	done <sides
	(($(wc -l <sides) == 2))
}
