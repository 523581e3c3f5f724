#!/usr/bin/env bats
# compare: what it writes, and where; how it is called; how much it takes.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"
# shellcheck source=tests/compare.bash
source "$BATS_TEST_DIRNAME/compare.bash"

setup_file() {
	local make=("$python" "$source_dir/tests/e2e_compare.py" make)
	"${make[@]}" "$BATS_FILE_TMPDIR/base.json" 'rtt("pipe")' 'stream("pipe")' 'rtt("tcp")'
	"${make[@]}" "$BATS_FILE_TMPDIR/new.json" 'rtt("pipe", 6000)' 'stream("pipe")' 'rtt("fifo")'
}

setup() {
	enter_folder
	cp "$BATS_FILE_TMPDIR"/*.json .
}

is_json() {
	"$python" -c 'import json, sys; assert json.load(open(sys.argv[1]))["schema"] == "ipcmark-comparison/1"' "$1"
}

is_xml() {
	"$python" -c 'import sys, xml.etree.ElementTree as tree; assert tree.parse(sys.argv[1]).getroot().tag == "testsuites"' "$1"
}

@test "the table on standard output, and all formats beside it" {
	program compare base.json new.json --gate --json=a.json --junit=b.xml --markdown=c.md --tsv=d.tsv
	expect_status 1
	[[ -z $stderr ]]
	expect_in "$output" "REGRESSION" "(exit 1)"
	is_json a.json
	is_xml b.xml
	expect_in "$(<c.md)" "REGRESSION"
	[[ $(head -1 d.tsv) == cell$'\t'metric$'\t'* ]]
}

@test "one format in the table's place" {
	program compare base.json new.json --json
	expect_status 0
	printf '%s' "$output" >out.json
	is_json out.json
	program compare --junit=- base.json new.json
	printf '%s' "$output" >out.xml
	is_xml out.xml
	program compare base.json new.json --tsv
	[[ $output == cell$'\t'* ]]
	program compare base.json new.json --markdown --json=beside.json
	expect_in "$output" "| cell |"
	is_json beside.json
	program compare base.json new.json --markdown --json
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "standard output takes one format" "--json=FILE"
}

@test "-o takes the answer" {
	program compare base.json new.json -o table.txt
	expect_status 0
	[[ -z $output && -z $stderr ]]
	expect_in "$(<table.txt)" "REGRESSION"
	program compare base.json new.json --json -o table.txt
	is_json table.txt
}

@test "what is made of results is replaced without asking, the results never" {
	echo old >report.xml
	program compare base.json new.json --junit=report.xml
	expect_status 0
	is_xml report.xml
	cp base.json kept.json
	ln -s base.json link.json
	for target in base.json ./new.json link.json; do
		program compare base.json new.json --json="$target"
		expect_status 74
		expect_one_line_of_error
		expect_in "$stderr" "is one of the results: not replaced"
	done
	cmp base.json kept.json
}

@test "a file that can't be written is told, with exit code 74" {
	program compare base.json new.json --junit=no/such/folder.xml
	expect_status 74
	expect_one_line_of_error
	expect_in "$stderr" "no/such/folder.xml: No such file or directory"
	program compare base.json new.json -o /dev/full
	expect_status 74
	expect_in "$stderr" "/dev/full: No space left on device"
	"$IPCMARK" compare base.json new.json >/dev/full 2>err || status=$?
	((status == 74))
	expect_in "$(<err)" "standard output: No space left on device"
}

@test "a value that stands apart from its option is told how to be written" {
	program compare base.json new.json --junit report.xml
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" 'no result is called "report.xml": to write it, --junit=report.xml'
	# where it is a result, it is one
	program compare --json base.json new.json
	expect_status 0
	expect_in "$output" '"ipcmark-comparison/1"'
}

@test "one result is not a comparison" {
	program compare
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "which results? BASE and NEW"
	program compare base.json
	expect_status 2
	expect_in "$stderr" "which results? BASE and NEW"
	program compare base.json new.json --grate
	expect_status 2
	expect_in "$stderr" 'unknown option "--grate": did you mean "--gate"?'
}

@test "help gives every option, examples and the codes of a gate" {
	program compare --help
	expect_status 0
	expect_in "$output" "--gate" "--strict" "--allow" "--margin" "--policy" "--write-policy" "--json" "--markdown" "--junit" \
		"--tsv" "--output" "Examples:" "With --gate the exit code is 0"
}

@test "help and manual tell the same exit codes" {
	program --help
	sed -n 's/^ *\([0-9]\{1,3\}\)  \(.*\)/\1 \2/p' <<<"$output" >told
	sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "$source_dir/docs/ipcmark.1" |
		sed -n '/^\.It /{s/^\.It //;N;s/\n/ /;p}' >manual
	(($(wc -l <told) == 10))
	diff told manual
}

@test "a result that the program measured compares with itself and with an older one" {
	"$IPCMARK" run "${tiny[@]}" -q --runs 2 -c "$pipe" -c stream/pipe/block/64/same-cpu -o mine.json
	program compare mine.json mine.json
	expect_status 0
	expect_in "$output" "are one measurement"
	# of this machine against one that was made: whatever it is, it ends with a document
	program compare base.json mine.json --allow hardware --json
	expect_status 0
	expect_in "$output" '"pingpong/pipe/block/64/same-cpu"'
}

@test "500 cells of 20 runs in two files take less than 100 MiB" {
	skip_if_sanitized "it takes more memory"
	for name in one two; do
		"$python" "$source_dir/tests/e2e_compare.py" large "$name.json" 500 20
	done
	"$python" - "$IPCMARK" <<-'EOF'
		import os, resource, subprocess, sys

		subprocess.run([sys.argv[1], "compare", "one.json", "two.json", "--json=big.json", "-o", "/dev/null"], check=True)
		kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		assert os.path.getsize("one.json") > 20e6
		assert kib < 100 * 1024, f"{kib} KiB"
	EOF
	"$python" "$source_dir/tests/e2e_compare.py" holds big.json 'len(rows) == 500 // 5 * (3 * 5 + 2 * 2)'
}
