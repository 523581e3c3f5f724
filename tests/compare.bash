# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set here for the tests, set by bats and helpers.bash
# What the end-to-end tests of compare share: results that are made as a test needs them.

comparison_schema=$source_dir/results/ipcmark-comparison-1.schema.json
pipe=pingpong/pipe/block/64/same-cpu

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

# make FILE STATEMENT...: a valid result; see e2e_compare.py.
make() {
	"$python" "$source_dir/tests/e2e_compare.py" make "$@"
	"$IPCMARK" validate "$1" >/dev/null
}

# compare ARGUMENT...: the comparison is in comparison.json, and is valid.
compare() {
	rm -f comparison.json
	program compare --json=comparison.json "$@"
	if [[ -e comparison.json ]]; then
		"$python" "$source_dir/tests/e2e_result.py" schema "$comparison_schema" comparison.json
	fi
}

# told EXPRESSION...: each is true of the comparison.
told() {
	"$python" "$source_dir/tests/e2e_compare.py" holds comparison.json "$@"
}

# refused PART...: one line on standard error, exit code 2, and nothing was compared.
refused() {
	expect_status 2
	expect_one_line_of_error
	expect_in "$stderr" "$@"
	[[ ! -e comparison.json ]]
}
