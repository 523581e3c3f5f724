#!/usr/bin/env bats
# `ipcmark doctor` on whatever machine this is: what it says hangs together, whoever asks, and nothing is changed.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

# The program; another measurement of this host, which is not the test's, is waited for.
examine() {
	local deadline=$((SECONDS + 60))
	program doctor "$@"
	while [[ $output == *"another measurement runs"* ]] && ((SECONDS < deadline)); do
		sleep 1
		program doctor "$@"
	done
}

# The document of the last program, against its own promises and the expressions given, which see it as "doc" and
# its checks by id as "checks".
expect_document() {
	"$python" - "$output" "$@" <<'END'
import json, sys

doc = json.loads(sys.argv[1])
assert doc["schema"] == "ipcmark-doctor/1"
assert set(doc) == {"schema", "tool", "conditions", "topology", "fingerprint", "placement", "cpus", "measured_s",
	"reason", "noise_floor", "checks", "counts"}, doc.keys()
statuses = [check["status"] for check in doc["checks"]]
assert doc["counts"] == {status: statuses.count(status) for status in ("pass", "warn", "fail", "unknown")}
checks = {check["id"]: check for check in doc["checks"]}
assert len(checks) == len(doc["checks"]) > 25
for check in doc["checks"]:
	assert set(check) == {"id", "status", "observed", "wanted", "effect", "fix", "tunable"}, check
	assert check["wanted"] and check["effect"], check
	assert check["observed"] is not None or check["status"] == "unknown", check
	assert check["fix"] is None or check["status"] in ("warn", "fail"), check
for expression in sys.argv[2:]:
	assert eval(expression), expression
END
}

@test "the machine is examined" {
	examine --json
	expect_status 0
	[[ -z $stderr ]] || flunk "expected nothing on standard error"
	expect_document 'doc["measured_s"] == 1 and doc["reason"] is None' \
		'len(doc["noise_floor"]) == len(set(doc["cpus"]))' \
		'all(0 <= gap["fraction"] <= 1 and gap["rate_per_s"] >= 0 for gap in doc["noise_floor"])' \
		'all(checks[id]["status"] != "unknown" for id in ("noise-floor", "frequency", "clock-read", "clock-skew", "timer"))' \
		'checks["other-measurement"]["status"] == "pass"'
	expect_nothing_left
}

@test "the CPUs are those that a run would use" {
	local list
	list=$("$IPCMARK" list --json)
	examine --json
	expect_status 0
	expect_document "[[p['name'], p['cpus']] for p in $(
		"$python" -c 'import json, sys; print([p for p in json.loads(sys.argv[1])["placements"] if p["nearest"]])' "$list"
	)] == [[doc['placement'], doc['cpus']]]"
}

@test "the table has a line for each check, within 100 columns" {
	local line long=0
	examine
	expect_status 0
	expect_in "$output" "clocksource" "governor" "noise-floor" "other-work" "hardware " "tuning "
	[[ ${lines[-1]} =~ ^[0-9]+\ fail,\ [0-9]+\ warn,\ [0-9]+\ unknown,\ [0-9]+\ pass$ ]] || flunk "expected the counts"
	for line in "${lines[@]:1}"; do
		# commands are not wrapped
		((${#line} <= 100)) || [[ $line =~ ^\ +\$\  ]] || long=1
	done
	((long == 0)) || flunk "a line of more than 100 columns"
}

@test "--strict says by the exit code whether the machine is fit" {
	examine --json --strict
	if "$python" -c 'import json, sys; c = json.loads(sys.argv[1])["counts"]; sys.exit(c["fail"] + c["unknown"] > 0)' \
		"$output"; then
		expect_status 0
	else
		expect_status 7
	fi
	expect_document
}

@test "it works for another user" {
	((EUID == 0)) || skip "only root can be somebody else"
	command -v setpriv >/dev/null || skip "no setpriv here"
	examine --json # nobody else measures
	# by way of a descriptor: the folder may be root's own
	exec 9<"$IPCMARK"
	run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/9 doctor --json
	exec 9<&-
	expect_status 0
	[[ -z $stderr ]] || flunk "expected nothing on standard error"
	expect_document 'doc["measured_s"] == 1'
}

@test "nothing of the machine is opened for writing" {
	command -v strace >/dev/null || skip "no strace here"
	strace -qq -o /dev/null true 2>/dev/null || skip "processes can't be traced here"
	skip_if_sanitized "LeakSanitizer does not work under strace"
	run strace -f -qq -e trace=open,openat,openat2,creat -o trace "$IPCMARK" doctor
	expect_status 0
	grep -q '"/proc/stat"' trace || flunk "expected it to read /proc/stat"
	if grep -E '"/(proc|sys|dev|etc)/.*(O_WRONLY|O_RDWR|O_CREAT)' trace; then
		flunk "opened for writing"
	fi
}

@test "a measurement that runs is not disturbed" {
	start run --preset quick --time 1s --runs 60 -q -c "$pipe" -o result.json
	await 20 is_running ipcmark-produce
	program doctor --json
	expect_status 0
	expect_document 'doc["measured_s"] is None and doc["noise_floor"] == []' \
		"'another measurement runs: process $pid' == doc['reason']" \
		"checks['other-measurement']['observed'] == 'process $pid'" \
		'checks["other-measurement"]["status"] == "warn"' 'checks["noise-floor"]["status"] == "unknown"' \
		'checks["clocksource"]["status"] != "unknown"'
	kill -INT "$pid"
	finish
	expect_status 130
}

@test "a machine that is examined is left as soon as that is asked for" {
	start doctor
	await 10 is_running ipcmark-crew
	kill -TERM "$pid"
	finish
	expect_status 143
	expect_nothing_left
}

@test "words too many and unknown options are refused" {
	program doctor now
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" 'unexpected "now"'
	program doctor --stirct
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" 'did you mean "--strict"?'
}
