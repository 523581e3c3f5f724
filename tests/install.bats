#!/usr/bin/env bats
# The installed program: it finds its parts, from wherever it is called.

# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

# Installs into a prefix whose name has a blank, and measures two small results.
setup_file() {
	local build
	build=$(dirname "$IPCMARK")
	[[ -f $build/cmake_install.cmake ]] || return 0
	cmake --install "$build" --prefix "$BATS_FILE_TMPDIR/the prefix" >"$BATS_FILE_TMPDIR/install.log"
	# the copy that runs tells so
	sed -i '2i echo "the installed copy" >&2' "$BATS_FILE_TMPDIR/the prefix/share/ipcmark/scripts/plot"
	local label
	for label in first second; do
		"$IPCMARK" run "${tiny[@]}" -q --runs 2 --label "the $label" -o "$BATS_FILE_TMPDIR/$label.json" \
			-c '{pingpong,stream}/{null,pipe,unix-stream}/{none,block}/{64,4K}/same-cpu'
	done
}

setup() {
	prefix="$BATS_FILE_TMPDIR/the prefix"
	installed=$prefix/bin/ipcmark
	[[ -x $installed ]] || skip "no build folder to install from beside $IPCMARK"
	enter_folder
	cp "$BATS_FILE_TMPDIR"/*.json .
}

teardown() {
	leave_folder
}

# The installed program: not with the one that the other tests run.
installed() {
	run --separate-stderr env -u IPCMARK timeout --kill-after=5 120 "$installed" "$@" </dev/null
}

needs_gnuplot() {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

expect_well_formed() {
	"$python" -c '
import sys, xml.etree.ElementTree as tree
for path in sys.argv[1:]:
    root = tree.parse(path).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg", (path, root.tag)
    assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 3, path' "$@"
}

@test "program, schema, manual, scripts and figures are installed" {
	[[ -x $installed && -x $prefix/share/ipcmark/scripts/plot ]]
	cmp "$prefix/share/ipcmark/ipcmark-result-1.schema.json" "$schema"
	[[ -s $prefix/share/man/man1/ipcmark.1 ]]
	[[ -s $prefix/share/ipcmark/plots/style.gp ]]
}

@test "the installed program runs from another folder" {
	installed --version
	expect_status 0
	[[ $output == "$("$IPCMARK" --version)" ]]
	installed run "${tiny[@]}" -q -c "$pipe" -o result.json
	expect_status 0
	expect_valid result.json
	installed show result.json
	expect_status 0
}

@test "plot draws PNG and SVG from there, with its own scripts" {
	local figure
	needs_gnuplot
	installed plot first.json -o figures
	expect_status 0
	[[ ${stderr_lines[0]} == "the installed copy" ]]
	for figure in round-trip-by-mechanism percentile-curves round-trip-by-size throughput-by-size cpu-against-latency \
		run-medians over-blocks; do
		[[ -s figures/$figure.svg && -s figures/$figure.png ]] || flunk "expected $figure"
		[[ $(head -c 8 "figures/$figure.png" | od -An -tx1 | tr -d ' ') == 89504e470d0a1a0a ]]
		expect_in "$output" "figures/$figure.svg " "figures/$figure.png "
	done
	(($(find figures -type f | wc -l) == 14))
	expect_well_formed figures/*.svg
	is_empty "$TMPDIR"
}

@test "two results are drawn side by side" {
	needs_gnuplot
	installed plot first.json second.json --format svg -o figures
	expect_status 0
	expect_well_formed figures/*.svg
	expect_in "$(<figures/round-trip-by-mechanism.svg)" "the first" "the second"
	[[ -z $(find figures -name '*.png') ]]
}

@test "plot replaces its own figures and nothing else" {
	needs_gnuplot
	mkdir figures
	echo mine >figures/notes.txt
	echo old >figures/percentile-curves.svg
	installed plot first.json -o figures --format svg
	expect_status 0
	[[ $(<figures/notes.txt) == mine ]]
	expect_well_formed figures/*.svg
}

@test "a result that supports no figure: exit code 6, and why" {
	needs_gnuplot
	edit first.json none.json 'd["cells"] = []'
	installed plot none.json -o figures
	expect_status 6
	expect_in "$stderr" "ipcmark: plot: the results support no figure"
}

@test "figures that can't be written: exit code 74" {
	needs_gnuplot
	installed plot first.json -o first.json/figures
	expect_status 74
	expect_in "$stderr" "ipcmark: first.json/figures: cannot make this folder"
}

@test "a missing gnuplot: one line that names the package" {
	mkdir bin
	ln -s /bin/* /usr/bin/* bin/ 2>/dev/null || true
	rm -f bin/gnuplot*
	run --separate-stderr env -u IPCMARK PATH="$PWD/bin" "$installed" plot first.json -o figures
	expect_status 2
	[[ -z $output ]]
	((${#stderr_lines[@]} == 2)) # the first one is "the installed copy"
	[[ ${stderr_lines[1]} == "ipcmark: gnuplot not found: install the Debian package gnuplot-nox" ]]
	[[ ! -e figures ]]
}
