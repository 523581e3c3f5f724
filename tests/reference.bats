#!/usr/bin/env bats
# The results that are published with the program: valid, made by a committed state, and shown without complaint.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

@test "every published result is valid, and of a committed state" {
	local result
	for result in "$source_dir"/results/reference/*.json; do
		expect_valid "$result"
		[[ $(value "$result" 'd["tool"]["git"]') != *dirty* ]]
		[[ $(value "$result" 'd["invocation"]["argv"][0]') == ipcmark ]]
		program show "$result"
		expect_status 0
	done
}
