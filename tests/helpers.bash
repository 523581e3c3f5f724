# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set here for the tests, set by bats
# What the end-to-end tests share. Each test runs in an empty folder of its own, with a TMPDIR of its own; what
# it measures is tiny, since only correctness is looked at.
bats_require_minimum_version 1.5.0

source_dir=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
IPCMARK=$(realpath "${IPCMARK:-$source_dir/build/release/ipcmark}")
schema=$source_dir/results/ipcmark-result-1.schema.json
python=/usr/bin/python3

# One short run of each cell, which counts although the machine may be busy with other things.
tiny=(--preset quick --time 2ms --runs 1 --allow disturbed)
# Sides on one CPU: every machine has that.
pipe=pingpong/pipe/block/64/same-cpu
fifo=pingpong/fifo/block/64/same-cpu

enter_folder() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR" "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return
	pid=
}

# Ends what the test has started and not waited for.
leave_folder() {
	[[ -z ${pid-} ]] || kill -KILL "$pid" 2>/dev/null || true
	wait
}

# The program, waited for: fills $status, $output, $stderr and their lines.
program() {
	run --separate-stderr timeout --kill-after=5 120 "$IPCMARK" "$@" </dev/null
}

# The program in the background: its process id is in $pid, what it says in the files out and err.
start() {
	"$IPCMARK" "$@" >out 2>err </dev/null 3>&- &
	pid=$!
}

# Waits for it to end; its exit code is in $status.
finish() {
	status=0
	wait "$pid" || status=$?
	pid=
}

# Polls a command until it succeeds; fails after $1 seconds.
await() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if ((SECONDS > deadline)); then
			echo "nothing came of: $*" >&2
			return 1
		fi
		sleep 0.02
	done
}

# The child of process $1 that is called $2; it fails where there is none.
child() {
	local kid name kids
	{ kids=$(<"/proc/$1/task/$1/children"); } 2>/dev/null || return 1
	for kid in $kids; do
		{ read -r name <"/proc/$kid/comm"; } 2>/dev/null || continue
		if [[ $name == "$2" ]]; then
			echo "$kid"
			return
		fi
	done
	return 1
}

is_running() {
	child "$pid" "$1" >/dev/null
}

# Process ids of what runs with this TMPDIR in its environment: the program and whatever it forked.
relatives() {
	local file
	while read -r file; do
		file=${file#/proc/}
		echo "${file%/environ}"
	done < <(env -u TMPDIR grep -lszxF -- "TMPDIR=$1" /proc/[0-9]*/environ)
}

is_gone() {
	[[ -z $(relatives "$1") ]]
}

is_empty() {
	[[ -z $(ls -A "$1") ]]
}

# Neither a process nor a file is left of the program.
expect_nothing_left() {
	await 10 is_gone "$TMPDIR"
	await 10 is_empty "$TMPDIR"
}

flunk() {
	{
		echo "$*"
		echo "exit code: ${status-}"
		echo "standard output: ${output-}"
		echo "standard error: ${stderr-}"
	} >&2
	return 1
}

expect_status() {
	((status == $1)) || flunk "expected the exit code $1"
}

# expect_in TEXT PART...
expect_in() {
	local text=$1 part
	shift
	for part in "$@"; do
		[[ $text == *"$part"* ]] || flunk "expected \"$part\" in: $text"
	done
}

expect_not_in() {
	[[ $1 != *"$2"* ]] || flunk "did not expect \"$2\" in: $1"
}

# The program said what is wrong in one line, and nothing else.
expect_one_line_of_error() {
	[[ -z $output ]] || flunk "expected nothing on standard output"
	((${#stderr_lines[@]} == 1)) || flunk "expected one line on standard error, got ${#stderr_lines[@]}"
	[[ $stderr == "ipcmark: "* ]] || flunk "expected a line that begins with \"ipcmark: \""
}

# No number that is none, in any writing.
expect_only_numbers() {
	if grep -Eiw -- 'nan|inf|infinity' "$@"; then
		flunk "there is no such number"
	fi
}

# holds FILE EXPRESSION...: each is true of the result: see e2e_result.py.
holds() {
	"$python" "$source_dir/tests/e2e_result.py" holds "$@"
}

# value FILE EXPRESSION...: prints them.
value() {
	"$python" "$source_dir/tests/e2e_result.py" value "$@"
}

# edit FROM TO STATEMENTS: a copy of a result with something changed.
edit() {
	"$python" "$source_dir/tests/e2e_result.py" edit "$@"
}

expect_valid() {
	"$IPCMARK" validate "$@" >/dev/null
	"$python" "$source_dir/tests/e2e_result.py" schema "$schema" "$@"
}

is_sanitized() {
	grep -q __asan_init "$IPCMARK"
}

skip_if_sanitized() {
	! is_sanitized || skip "not with AddressSanitizer: $1"
}

allowed_cpus() {
	"$python" -c 'import os; print(*sorted(os.sched_getaffinity(0)))'
}
