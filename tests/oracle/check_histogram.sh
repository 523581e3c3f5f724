#!/bin/sh
# Compares our histogram with HdrHistogram for Java: check_histogram.sh PATH-OF-histogram_values
# Exit 0: equal; 1: not; 77: skipped, because Java or the library is not installed.
set -eu

skip() {
	echo "skipped: $1"
	exit 77
}

[ $# -eq 1 ] || { echo "usage: $0 PATH-OF-histogram_values" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)

for jar in /usr/share/java/HdrHistogram.jar /usr/share/java/hdrhistogram.jar ''; do
	[ -n "$jar" ] || skip "no hdrhistogram.jar (package libhdrhistogram-java)"
	[ ! -r "$jar" ] || break
done
command -v java >/dev/null || skip "no java (package default-jdk-headless)"
java --list-modules 2>/dev/null | grep -q '^jdk.compiler' ||
	skip "this java cannot compile (package default-jdk-headless)"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

names=$("$1" "$folder")
# shellcheck disable=SC2086 # one word a name
java -cp "$jar" "$here/HistogramOracle.java" "$folder" $names
