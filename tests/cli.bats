#!/usr/bin/env bats
# The command line: what it knows, and how it refuses what it does not know.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

# refuses TEXT ARGUMENT...: bad usage; what is said first names TEXT, nothing is printed, measured or written.
refuses() {
	local text=$1
	shift
	program "$@"
	expect_status 2
	[[ -z $output ]] || flunk "$*: expected nothing on standard output"
	[[ ${stderr_lines[0]} == *"ipcmark"*": "* ]] || flunk "$*: whose message is that?"
	[[ ${stderr_lines[0]} == *"$text"* ]] || flunk "$*: expected \"$text\""
	is_empty . || flunk "$*: a file was written"
	is_empty "$TMPDIR" || flunk "$*: something is left in TMPDIR"
}

# The same, in one line.
refuses_in_one_line() {
	refuses "$@"
	((${#stderr_lines[@]} == 1)) || flunk "${*:2}: expected one line"
}

# cell GLOB TEXT: a run of these cells is refused.
refuses_cell() {
	refuses_in_one_line "$2" run "${tiny[@]}" -c "$1" -o result.json
}

@test "--help tells the verbs, the exit codes and examples" {
	local code verb
	program --help
	expect_status 0
	for verb in list doctor run show plot export validate schema tune; do
		[[ $output =~ (^|$'\n')"  $verb "  ]] || flunk "expected the verb $verb"
	done
	for code in 0 2 5 6 7 74 130; do
		[[ $output =~ $'\n'\ +$code\ \ [a-z] ]] || flunk "expected the exit code $code"
	done
	expect_in "$output" "143" "Examples:" "ipcmark run "
	[[ -z $stderr ]]
}

@test "the help of each verb tells its options" {
	local -A options=(
		[list]="--json"
		[doctor]="--json --strict"
		[run]="--preset -c --cells --cpus --runs --time --seed --label -o --output --force -q --quiet --allow --omit"
		[show]="--json FILE"
		[export]="--format tsv csv --table cells runs percentiles conditions FILE"
		[validate]="FILE"
		[schema]="Schema"
		[plot]="-o --output --format svg png"
		[tune]="--dry-run --show --strict --leave --keep-awake COMMAND"
	)
	local verb words
	for verb in "${!options[@]}"; do
		program "$verb" --help
		expect_status 0
		read -ra words <<<"${options[$verb]}"
		expect_in "$output" "${words[@]}"
		[[ -z $stderr ]] || flunk "$verb --help: expected nothing on standard error"
	done
}

@test "the help of run gives examples" {
	program run --help
	expect_in "$output" "Examples:" "ipcmark run -c"
}

@test "--version tells version, revision and compiler" {
	program --version
	expect_status 0
	[[ $output =~ ^ipcmark\ [0-9]+\.[0-9]+\.[0-9]+\ \(.+\),\ .+$ ]] || flunk "expected ipcmark VERSION (REVISION), COMPILER"
	((${#lines[@]} == 1))
}

@test "an unknown verb is refused with the nearest one" {
	refuses_in_one_line 'unknown verb "rum": did you mean "run"?' rum
	refuses_in_one_line 'unknown verb "valdate": did you mean "validate"?' valdate x.json
	refuses_in_one_line 'unknown verb "frobnicate": see ipcmark --help' frobnicate
	refuses_in_one_line 'unknown verb ""' ""
}

@test "unknown words in a cell are refused with the nearest one" {
	refuses_cell pingpogn 'unknown pattern "pingpogn": did you mean "pingpong"?'
	refuses_cell pingpong/pip/block 'unknown transport "pip": did you mean "pipe"?'
	refuses_cell 'pingpong/{pipe,unix_stream}' 'unknown transport "unix_stream": did you mean "unix-stream"?'
	refuses_cell pingpong/pipe/blok 'unknown wait "blok": did you mean "block"?'
	refuses_cell pingpong/pipe/block/64/same-lcc 'unknown placement "same-lcc": did you mean "same-llc"?'
	refuses_cell pingpong/qqqqqqqq "unknown transport \"qqqqqqqq\": see \`ipcmark list\`"
	refuses_cell '' 'unknown pattern ""'
}

@test "sizes that no message can have are refused" {
	refuses_cell pingpong/pipe/block/64k 'size "64k": expected bytes with an optional K or M'
	refuses_cell pingpong/pipe/block/15 'size "15": messages have 16 bytes to 1M'
	refuses_cell pingpong/pipe/block/0 'size "0": messages have 16 bytes to 1M'
	refuses_cell pingpong/pipe/block/1048577 'size "1048577": messages have 16 bytes to 1M'
	refuses_cell pingpong/pipe/block/-64 'size "-64"'
	refuses_cell pingpong/pipe/block/99999999999999999999 'size "99999999999999999999"'
}

@test "globs that name no cell are refused" {
	refuses_cell pingpong/pipe/futex 'cell "pingpong/pipe/futex": matches none'
	refuses_cell 'pingpong/zz*' 'cell "pingpong/zz*": matches none'
	refuses_cell 'pingpong/pipe/block/7*' 'matches none'
	refuses_cell 'pingpong/pipe/block/64/zz*' 'matches none'
	refuses_cell a/b/c/d/e/f 'more than 5 parts: expected PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT'
	refuses_cell 'pingpong/{pipe' 'braces do not match'
	# a good one beside it does not help
	refuses_in_one_line 'unknown transport "tpc": did you mean "tcp"?' \
		run "${tiny[@]}" -c "$pipe" -c pingpong/tpc -o result.json
}

@test "CPUs that are not there are refused" {
	refuses_in_one_line "CPU 99999: not in this machine" run "${tiny[@]}" -c pingpong/pipe --cpus 0,99999 -o result.json
	refuses_cell pingpong/pipe/block/64/0,99999 "CPU 99999: not in this machine"
	refuses '--cpus "0": expected two CPU numbers' run --cpus 0
	refuses '--cpus "a,b": expected two CPU numbers' run --cpus a,b
	refuses '--cpus "0,1,2": expected two CPU numbers' run --cpus 0,1,2
	refuses '--cpus "-1,0": expected two CPU numbers' run --cpus=-1,0
}

@test "values that an option can't take are refused, and what it takes is told" {
	refuses '--runs "0": expected a number from 1 to 1000' run --runs 0
	refuses '--runs "1001": expected a number from 1 to 1000' run --runs 1001
	refuses '--runs "many": expected a number from 1 to 1000' run --runs many
	refuses '--runs "5x": expected a number from 1 to 1000' run --runs 5x
	refuses '--runs "": expected a number from 1 to 1000' run --runs ''
	refuses 'duration "5": expected a number with ns, us, ms or s' run --time 5
	refuses 'duration "5min": expected a number with ns, us, ms or s' run --time 5min
	refuses 'duration "-5ms": expected a number with ns, us, ms or s' run --time=-5ms
	refuses '--time "10us": expected 1ms at least' run --time 10us
	refuses '--seed "-1": expected a number from 0 to 9007199254740991' run --seed=-1
	refuses '--seed "9007199254740992": expected a number from 0 to 9007199254740991' run --seed 9007199254740992
	refuses '--seed "0x10": expected a number from 0 to 9007199254740991' run --seed 0x10
	refuses 'unknown preset "quik": did you mean "quick"?' run --preset quik
	refuses 'unknown preset "everything": expected quick, ci or review' run --preset everything
	refuses '--omit "kernel": expected cmdline' run --omit kernel
	refuses '--allow "all": expected clocksource or disturbed' run --allow all
	refuses '--format "xml": expected tsv or csv' export --format xml x.json
	refuses '--table "cell": expected cells, runs, percentiles or conditions' export --table cell x.json
	refuses "unknown format 'gif'" plot --format gif x.json
}

@test "unknown options and words too many are refused" {
	refuses --bogus run --bogus
	refuses --bogus --bogus
	refuses --bogus list --bogus
	refuses --bogus show --bogus x.json
	refuses --bogus plot --bogus x.json
	refuses '"pipe": cells are named with -c' run pipe
	refuses '"pipe"' list pipe
	refuses '"x.json"' schema x.json
}

@test "options without their value are refused" {
	local option
	for option in --preset --cells --cpus --runs --time --seed --label --output --allow --omit; do
		refuses "$option" run "$option"
	done
	refuses '"-c" needs a value' run -c
	refuses '"-o" needs a value' run -o
}

@test "verbs that read results want one" {
	local verb
	for verb in show export validate plot; do
		refuses "result" "$verb"
	done
}

@test "bad usage is told in one line, whatever it is" {
	refuses_in_one_line --bogus run --bogus
	refuses_in_one_line --bogus --bogus
	refuses_in_one_line --runs run --runs 0
	refuses_in_one_line --label run --label
	refuses_in_one_line '"quik": did you mean "quick"?' run --preset quik
	refuses_in_one_line "result" show
	refuses_in_one_line "--format" export --format xml x.json
}

@test "bad usage is told in the program's name, wherever it is installed" {
	program --bogus
	[[ ${stderr_lines[0]} == "ipcmark: "* ]] || flunk "expected a line that begins with \"ipcmark: \""
}

@test "an unknown option is refused with the nearest one" {
	refuses --label run --lable x
	refuses --json list --jsno
	refuses --version --verzion
}

@test "list tells every word that a cell can be made of" {
	local word
	program list
	expect_status 0
	for word in pingpong stream null pipe fifo shm socketpair-stream socketpair-dgram unix-stream unix-dgram tcp udp \
		none block spin futex same-cpu smt same-llc cross-llc cross-numa floating; do
		[[ $output =~ (^|$'\n')"  $word " ]] || flunk "expected the word $word"
	done
	expect_in "$output" "PATTERN/TRANSPORT/WAIT/SIZE/PLACEMENT" "1M"
	[[ -z $stderr ]]
	expect_nothing_left
}

@test "list --json says the same for programs" {
	program list --json
	expect_status 0
	[[ -z $stderr ]]
	"$python" - "$output" <<'EOF'
import json, sys

doc = json.loads(sys.argv[1])
assert set(doc) == {"transports", "patterns", "axes", "waits", "placements"}, doc.keys()
waits = [w["name"] for w in doc["waits"]]
assert [p["name"] for p in doc["patterns"]] == ["pingpong", "stream", "paced", "connect", "write-write-read", "fanin"]
assert waits == ["none", "block", "futex", "sem", "condvar", "eventfd", "poll", "select", "epoll", "epoll-et", "io-uring",
	"hybrid", "spin"]
assert doc["transports"][0]["name"] == "null"
assert {"pipe", "fifo", "shm", "socketpair-stream", "socketpair-dgram", "unix-stream", "unix-dgram", "tcp",
	"udp"} <= {t["name"] for t in doc["transports"]}
for transport in doc["transports"]:
	assert set(transport) == {"name", "summary", "waits", "traits", "max_message_bytes", "available", "reason"}
	assert transport["summary"] and set(transport["waits"]) <= set(waits) and transport["waits"]
	assert transport["available"] == (transport["reason"] is None), transport
by_name = {t["name"]: t for t in doc["transports"]}
assert "lossy" in by_name["udp"]["traits"] and by_name["udp"]["max_message_bytes"] == 65507
assert by_name["null"]["traits"] == ["harness"] and by_name["pipe"]["max_message_bytes"] is None
placements = {p["name"]: p for p in doc["placements"]}
assert placements["same-cpu"]["available"] and len(set(placements["same-cpu"]["cpus"])) == 1
assert placements["floating"]["cpus"] == [-1, -1]
assert sum(p["nearest"] for p in doc["placements"]) == 1
for placement in doc["placements"]:
	assert placement["available"] == (placement["reason"] is None), placement
EOF
}

@test "the README has a row for each transport, and for no other" {
	"$IPCMARK" list --json | "$python" -c '
import json, sys
for transport in json.load(sys.stdin)["transports"]:
	print(transport["name"])' | sort >listed
	awk -F '`' '/^\| transport \| waits/ { inside = 1 } /^$/ { inside = 0 } inside && /^\| `/ { print $2 }' \
		"$source_dir/README.md" | sort >described
	diff listed described
}

@test "schema prints the published schema" {
	program schema
	expect_status 0
	"$IPCMARK" schema >printed
	cmp printed "$schema"
}

@test "a standard output that is full or closed is told, with exit code 74" {
	local words
	"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o good.json
	while read -ra words; do
		run --separate-stderr bash -c '"$@" >/dev/full' _ "$IPCMARK" "${words[@]}"
		expect_status 74
		expect_one_line_of_error
		expect_in "$stderr" "standard output: No space left on device"
		run --separate-stderr bash -c '"$@" >&-' _ "$IPCMARK" "${words[@]}"
		expect_status 74
		expect_one_line_of_error
		expect_in "$stderr" "standard output: Bad file descriptor"
	done <<-'EOF'
		list
		list --json
		doctor --json
		schema
		show good.json
		show --json good.json
		export good.json
		validate good.json
	EOF
}

@test "a result that standard output does not take is told, with exit code 74" {
	run --separate-stderr bash -c '"$@" >/dev/full' _ "$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o -
	expect_status 74
	expect_in "$stderr" "ipcmark: standard output: No space left on device"
	run --separate-stderr bash -c '"$@" >&-' _ "$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o -
	expect_status 74
	expect_in "$stderr" "ipcmark: standard output: Bad file descriptor"
}

@test "help and version that standard output does not take are told, with exit code 74" {
	local words
	while read -ra words; do
		run --separate-stderr bash -c '"$@" >/dev/full' _ "$IPCMARK" "${words[@]}"
		expect_status 74
		expect_one_line_of_error
	done <<-'EOF'
		--help
		--version
		run --help
	EOF
}
