#!/usr/bin/env bats
# ipcmark tune: a command on a tuned machine. What it sets and restores, the tests in src/ see on recorded machines;
# here it runs without the privilege to set anything.

# shellcheck disable=SC2016,SC2030,SC2031 # scripts in quotes; each test is a process of its own
# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
	as=()
	if ((EUID == 0)); then
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
		chown 65534:65534 . "$TMPDIR"
		chmod a+x "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR"
		"${as[@]}" test -x "$IPCMARK" -a -w . || skip "nobody can't reach $IPCMARK or $PWD"
	fi
}

teardown() {
	leave_folder
}

tune() {
	run --separate-stderr timeout --kill-after=5 120 "${as[@]}" "$IPCMARK" tune "$@"
}

start_tune() {
	"${as[@]}" "$IPCMARK" tune "$@" >out 2>err </dev/null 3>&- &
	pid=$!
}

# refuses TEXT ARGUMENT...: bad usage, told in one line; nothing runs.
refuses() {
	local text=$1
	shift
	tune "$@"
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "ipcmark: tune: " "$text"
}

settings=(energy-preference energy-bias governor boost numa-balancing nmi-watchdog same-page-merging)

@test "the command's exit code is the program's" {
	tune -- true
	expect_status 0
	tune -- sh -c 'exit 5'
	expect_status 5
	tune sh -c 'kill -KILL $$'
	expect_status 137
}

@test "the command has our standard input and output to itself" {
	echo words >in
	tune tr a-z A-Z <in
	expect_status 0
	[[ $output == WORDS ]] || flunk "expected what tr says, and nothing else"
}

@test "options after the command are the command's" {
	tune printf '%s;' --strict -- --help
	expect_status 0
	[[ $output == "--strict;--;--help;" ]]
}

@test "a command that can't be run: 127 and 126, and a line" {
	PATH=/usr/bin:/bin tune -- no-such-command --help
	expect_status 127
	[[ ${stderr_lines[-1]} == "ipcmark: tune: no-such-command: No such file or directory" ]]
	tune -- /etc
	expect_status 126
	[[ ${stderr_lines[-1]} == "ipcmark: tune: /etc: Permission denied" ]]
}

@test "every setting is told, with what became of it" {
	local setting
	tune true
	for setting in "${settings[@]}"; do
		[[ $stderr =~ (^|$'\n')"ipcmark: tune: $setting: "(already|stays)|"not on this machine: "[a-z,\ -]*"$setting" ]] ||
			flunk "what became of $setting?"
	done
}

@test "--dry-run says what would be set on standard output, and runs nothing" {
	local setting dry
	tune --dry-run -- touch ran
	expect_status 0
	[[ -z $stderr && ! -e ran ]]
	for setting in "${settings[@]}"; do
		[[ $output =~ (^|$'\n')"$setting: "|"not on this machine: "[a-z,\ -]*"$setting" ]] || flunk "what of $setting?"
	done
	dry=$output
	tune --show
	[[ $output == "$dry" ]]
}

@test "--leave takes a setting out" {
	tune --dry-run --leave governor --leave=boost
	expect_status 0
	expect_not_in "$output" governor
	expect_not_in "$output" boost
	expect_in "$output" numa-balancing
}

@test "the machine reads the same before and after" {
	local before
	tune --dry-run
	before=$output
	tune true
	tune --dry-run
	[[ $output == "$before" ]]
}

@test "bad usage" {
	refuses "which command?"
	refuses "which command?" --strict --
	refuses 'unknown setting "govenor": did you mean "governor"?' --leave govenor true
	refuses 'unknown setting "": see ipcmark tune --help' --leave '' true
	refuses 'unknown option "--strikt": did you mean "--strict"?' --strikt true
	refuses 'option "--leave" needs a value' --leave
	refuses 'option "--strict=yes" takes no value' --strict=yes true
}

@test "a signal is the command's: its end is ours" {
	start_tune sh -c 'trap "exit 42" TERM; echo up; while :; do sleep 0.01; done'
	await 10 grep -q up out
	kill -TERM "$pid"
	finish
	expect_status 42
	expect_nothing_left
}

@test "an interrupted measurement keeps its result" {
	start_tune -- "$IPCMARK" run -c "$pipe" --time 100ms --runs 250 -o result.json
	await 30 grep -q '^ipcmark: block 1 ' err
	kill -TERM "$pid"
	finish
	expect_status 143
	expect_valid result.json
	holds result.json 'd["invocation"]["status"] == "interrupted"'
	expect_nothing_left
}

@test "Ctrl-C reaches the command once: from the terminal" {
	mkfifo keys
	# what bash starts in the background ignores interrupts, and so would the command
	script -qec "env --default-signal=INT '$IPCMARK' tune strace -D -e trace=none -e signal=SIGINT -o signals \
		sh -c 'trap : INT; echo >up; while [ ! -e end ]; do sleep 0.01; done; exit 42'" /dev/null <keys >screen 3>&- &
	pid=$!
	exec 7>keys
	await 10 test -e up
	printf '\003' >&7
	await 10 grep -qs '^--- SIGINT' signals
	sleep 0.1
	: >end
	finish
	exec 7>&-
	expect_status 42
	[[ $(grep -c '^--- SIGINT' signals) == 1 ]] || flunk "$(<signals)"
	grep -q SI_KERNEL signals
}

@test "killed: the command ends, too, and the guard" {
	start_tune sh -c 'echo up; exec sleep 600'
	await 10 grep -q up out
	kill -KILL "$pid"
	finish
	expect_status 137
	expect_nothing_left
}
