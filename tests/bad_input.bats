#!/usr/bin/env bats
# Files that are no results, and names that can't be written to.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
	"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -c stream/pipe/block/64/same-cpu -o "$BATS_FILE_TMPDIR/good.json"
}

setup() {
	enter_folder
	cp "$BATS_FILE_TMPDIR/good.json" .
}

teardown() {
	leave_folder
}

# rejects FILE PART...: every verb that reads results refuses the file in one line that names it and says PART.
rejects() {
	local file=$1 verb
	shift
	for verb in validate show export; do
		program "$verb" "$file"
		expect_status 2
		expect_one_line_of_error
		[[ $stderr == "ipcmark: $file: "* ]] || flunk "expected a line that begins with \"ipcmark: $file: \""
		expect_in "$stderr" "$@"
	done
}

# rejects_edit STATEMENTS PART...: the good result after these statements.
rejects_edit() {
	edit good.json bad.json "$1"
	shift
	rejects bad.json "$@"
}

@test "a result that ends too early" {
	local bytes
	bytes=$(stat -c %s good.json)
	for part in 1 10 1000 $((bytes / 2)) $((bytes - 3)); do
		head -c "$part" good.json >cut.json
		rejects cut.json "line " "column "
	done
}

@test "an empty file, and one of blanks" {
	: >empty.json
	rejects empty.json "line 1, column 1: expected a JSON value, got the end of the text"
	printf ' \n\n' >blank.json
	rejects blank.json "line 3, column 1: expected a JSON value"
}

@test "text that is not JSON" {
	echo "p50 4.61 us" >text.json
	rejects text.json "line 1, column 1: expected a JSON value, got 'p'"
	echo "{'schema': 1}" >quotes.json
	rejects quotes.json "line 1, column 2: expected a key in double quotes"
	echo '{"schema": NaN}' >nan.json
	rejects nan.json "line 1, column 12: expected a JSON value"
	{
		cat good.json
		echo '{}'
	} >two.json
	rejects two.json "expected the end of the text"
}

@test "JSON that is no result" {
	echo '{}' >object.json
	rejects object.json "schema: expected \"ipcmark-result/1\""
	echo '[]' >array.json
	rejects array.json "expected"
	echo '12' >number.json
	rejects number.json "expected"
}

@test "binary garbage" {
	head -c 65536 /bin/sh >binary.json
	rejects binary.json "line 1, column 1: expected a JSON value, got byte 0x7f"
	head -c 4096 /dev/zero >zeros.json
	rejects zeros.json "got byte 0x00"
	printf '\xff\xfe{\0}\0' >utf16.json
	rejects utf16.json "got byte 0xff"
	printf '{"schema": "\xc3\x28"}' >utf8.json
	rejects utf8.json "malformed UTF-8"
}

@test "a result of another version" {
	rejects_edit 'd["schema"] = "ipcmark-result/2"' \
		'schema: expected "ipcmark-result/1", got "ipcmark-result/2"'
	rejects_edit 'd["schema"] = 1' 'schema: expected "ipcmark-result/1"'
	# the version is what is told, whatever else differs
	rejects_edit 'd = {"schema": "ipcmark-result/2", "cells": {}}' 'got "ipcmark-result/2"'
}

@test "a value of the wrong type, with its place" {
	rejects_edit 'd["cells"][0]["runs"][0]["rtt_ns"]["p50"] = "4610"' \
		"cells[0].runs[0].rtt_ns.p50: expected a number or null, got a string"
	rejects_edit 'd["cells"][1]["runs"] = {}' "cells[1].runs: expected an array, got an object"
	rejects_edit 'd["cells"] = 1' "cells: expected an array, got a number"
	rejects_edit 'd["invocation"]["argv"][1] = None' "invocation.argv[1]: expected a string, got null"
	rejects_edit 'd["cells"][0]["runs"][0]["sent"] = -1' "cells[0].runs[0].sent: expected at least 0, got -1"
	rejects_edit 'd["cells"][0]["runs"][0]["sent"] = 1.5' "cells[0].runs[0].sent: expected an integer"
	rejects_edit 'd["invocation"]["seed"] = 2**53' "invocation.seed: expected at most 9007199254740991"
	rejects_edit 'd["cells"][0]["cpus"] = [0]' "cells[0].cpus: expected at least 2 elements, got 1"
	rejects_edit 'd["cells"][0]["pattern"] = "pingpng"' 'cells[0].pattern: expected one of "pingpong", "stream"'
}

@test "a member that is missing, or one too many, with its place" {
	rejects_edit 'del d["cells"][0]["runs"][0]["rtt_ns"]["p50"]' 'cells[0].runs[0].rtt_ns: missing member "p50"'
	rejects_edit 'd["cells"][0]["latency"] = 1' 'cells[0]: unknown member "latency"'
	rejects_edit 'del d["environment"]' 'missing member "environment"'
}

@test "a figure that contradicts its histogram" {
	rejects_edit 'd["cells"][0]["histogram"]["counts"][0][1] += 1' "cells[0].histogram: " "expected"
	rejects_edit 'h = d["cells"][0]["histogram"]; h["counts"][0][1] += 1; h["count"] += 1' "cells[0].histogram: "
	rejects_edit 'd["cells"][0]["histogram"]["sum"] *= 2' "cells[0].histogram: sum: expected"
	rejects_edit 'd["cells"][0]["histogram"]["max"] *= 2' "cells[0].histogram: "
	rejects_edit 'h = d["cells"][0]["histogram"]; h["counts"].reverse()' "cells[0].histogram: "
	rejects_edit 'd["cells"][0]["histogram"]["counts"][0][0] = 10**6' "cells[0].histogram.counts[0][0]: expected at most"
}

@test "figures that contradict each other" {
	rejects_edit 'd["cells"][0]["runs"][0]["messages"] += 1' "cells[0].runs[0].messages_per_s: expected"
	rejects_edit 'd["cells"][1]["runs"][0]["bytes_per_s"] *= 2' "cells[1].runs[0].bytes_per_s: expected"
	rejects_edit 'd["cells"][1]["runs"][0]["seconds"] *= 2' "cells[1].runs[0].messages_per_s: expected"
	rejects_edit 'd["cells"][0]["runs"][0]["rtt_ns"]["p50"] *= 1e6' "cells[0].runs[0].rtt_ns: " "below"
	rejects_edit 'd["cells"][0]["summary"]["rtt_ns.p50"]["estimate"] += 1' \
		'cells[0].summary["rtt_ns.p50"]: expected the estimate'
	rejects_edit 'd["cells"][0]["runs"][0]["switches_per_message"] += 1' 'cells[0].summary["switches_per_message"]: expected'
	rejects_edit 'd["cells"][0]["id"] = d["cells"][0]["id"].replace("64", "65")' "cells[0].id: expected"
	rejects_edit 'd["cells"].append(d["cells"][0])' 'stands twice'
	rejects_edit 'd["cells"][0]["status"] = "skipped"' "cells[0].reason: "
}

@test "a run that took no time has no rate" {
	rejects_edit 'd["cells"][0]["runs"][0]["seconds"] = 0' "cells[0].runs[0]"
	rejects_edit 'd["cells"][1]["runs"][0]["seconds"] = 0' "cells[1].runs[0]"
	expect_not_in "$stderr" nan
}

@test "a key that stands twice" {
	echo '{"schema": "ipcmark-result/1", "schema": "ipcmark-result/1"}' >twice.json
	rejects twice.json 'line 1, column 32: duplicate key "schema"'
	sed '0,/"p50":/s//"p50": 1, "p50":/' good.json >deep.json
	rejects deep.json 'duplicate key "p50"'
}

@test "huge nesting, in little memory" {
	"$python" -c 'print("[" * 1000000 + "]" * 1000000)' >arrays.json
	rejects arrays.json "line 1, column 65: nested deeper than 64 levels"
	"$python" -c 'print("{\"a\":" * 1000000 + "1" + "}" * 1000000)' >objects.json
	rejects objects.json "nested deeper than 64 levels"
}

@test "numbers beyond all bounds" {
	sed '0,/"seed": [0-9]*/s//"seed": 1e999/' good.json >large.json
	rejects large.json "a number beyond the range of a double"
	"$python" -c 'print("{\"schema\": 1" + "0" * 100000 + "}")' >long.json
	rejects long.json "a number of more than"
}

@test "what a file says of itself does not break the line" {
	# \u001b[2J would clear the reader's terminal
	rejects_edit 'd["schema"] = "ipcmark-result/1\nipcmark: all is well\u001b[2J"' 'schema: expected "ipcmark-result/1"'
	expect_not_in "$stderr" $'\e'
	rejects_edit 'd["a\nb\u001b[2J"] = 1' "unknown member"
	expect_not_in "$stderr" $'\e'
	rejects_edit 'd["cells"][0]["id"] = "a\nb\u001b[2J"' "cells[0].id: expected"
	expect_not_in "$stderr" $'\e'
	rejects_edit 's = d["cells"][0]["summary"]; s["a\nb\u001b[2J"] = s["rtt_ns.p50"]' "cells[0].summary"
	expect_not_in "$stderr" $'\e'
	rejects_edit 'd["cells"][0].update(wait="a\nb", id="pingpong/pipe/a\nb/64/same-cpu"); d["cells"].append(d["cells"][0])' \
		"cells[0].wait: expected a match"
}

@test "a folder, a name that does not exist, and an empty one" {
	mkdir folder
	rejects folder "Is a directory"
	rejects missing.json "No such file or directory"
	rejects good.json/x "Not a directory"
	rejects "" "No such file or directory"
}

@test "a file that may not be read" {
	((EUID != 0)) || skip "root reads every file"
	chmod 000 good.json
	rejects good.json "Permission denied"
}

@test "plot refuses what is no result, too" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	edit good.json bad.json 'd["cells"][0]["runs"][0]["rtt_ns"]["p50"] = "4610"'
	program plot bad.json -o figures
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "bad.json: cells[0].runs[0].rtt_ns.p50: expected a number or null, got a string"
	program plot missing.json -o figures
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "missing.json: No such file or directory"
}

@test "standard input is named as such" {
	run --separate-stderr "$IPCMARK" validate - <<<'{}'
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "ipcmark: standard input: schema: expected"
}

@test "one bad file among good ones: nothing is shown, and validate tells all" {
	echo '{}' >bad.json
	program show good.json bad.json good.json
	expect_status 2
	expect_one_line_of_error
	program export good.json bad.json
	expect_status 2
	expect_one_line_of_error
	echo 'x' >worse.json
	program validate good.json bad.json worse.json good.json
	expect_status 2
	[[ $output == $'good.json: valid\ngood.json: valid' ]]
	((${#stderr_lines[@]} == 2))
}

# What must be refused before anything is measured: this would take an hour.
long=(run -c "$pipe" --runs 1000 --time 4s)

# refuses_target STATUS PART ARGUMENT...
refuses_target() {
	local code=$1 part=$2
	shift 2
	run --separate-stderr timeout --kill-after=5 10 "$IPCMARK" "${long[@]}" "$@" </dev/null
	expect_status "$code"
	expect_one_line_of_error
	expect_in "$stderr" "$part"
	is_empty "$TMPDIR" || flunk "something is left in TMPDIR"
}

@test "an output that exists is refused at once without --force, and stays as it is" {
	local before
	touch -d '2020-01-01 00:00:00.123456789' good.json
	before=$(stat -c '%y %i %s %a' good.json)
	refuses_target 2 "good.json: exists already: --force replaces it" -o good.json
	ln -s good.json link.json
	refuses_target 2 "link.json: exists already: --force replaces it" -o link.json
	[[ $(stat -c '%y %i %s %a' good.json) == "$before" ]]
	cmp good.json "$BATS_FILE_TMPDIR/good.json"
	[[ -L link.json ]]
}

@test "a link to nothing is refused at once, and stays" {
	ln -s nowhere link.json
	refuses_target 2 "link.json: " -o link.json
	[[ -L link.json && ! -e nowhere ]]
}

@test "an output folder that is not there is refused at once" {
	refuses_target 74 "missing/new.json: No such file or directory" -o missing/new.json
	refuses_target 74 "good.json/new.json: " -o good.json/new.json
	[[ $(ls -A) == good.json ]]
}

@test "a folder is no output, with --force or without" {
	mkdir folder
	refuses_target 74 "folder: Is a directory" -o folder
	refuses_target 74 "folder: Is a directory" -o folder --force
}

@test "an empty name is no output" {
	refuses_target 74 "No such file or directory" -o ''
}

@test "a name that is too long is refused at once" {
	refuses_target 74 "File name too long" -o "$(printf '%05000d' 0)"
	refuses_target 74 "File name too long" -o "$(printf '%0300d' 0)"
}

@test "an output folder that can't be written to is refused at once" {
	mkdir closed
	if ((EUID != 0)); then
		chmod 555 closed
		refuses_target 74 "closed/new.json: Permission denied" -o closed/new.json
		return
	fi
	# what stops root is a file system that is read-only
	unshare -m true 2>/dev/null || skip "root writes everywhere, and can't mount here"
	run --separate-stderr unshare -m bash -c 'mount -t tmpfs -o ro tmpfs closed && exec timeout 20 "$@" </dev/null' _ \
		"$IPCMARK" "${long[@]}" -o closed/new.json
	[[ $stderr != "mount: "* ]] || skip "root writes everywhere, and can't mount here"
	expect_status 74
	expect_one_line_of_error
	expect_in "$stderr" "closed/new.json: Read-only file system"
}

@test "a folder where even root can make no file is refused at once" {
	[[ -d /proc/self ]] || skip "no /proc"
	refuses_target 74 "/proc/ipcmark-new.json: " -o /proc/ipcmark-new.json
}

@test "a TMPDIR that is not there is told" {
	TMPDIR=/nonexistent program run "${tiny[@]}" -c "$pipe" -o new.json
	expect_status 6
	expect_one_line_of_error
	expect_in "$stderr" "TMPDIR (/nonexistent): no private folder can be made there: No such file or directory"
	[[ ! -e new.json ]]
}
