#!/usr/bin/env bats
# scripts/compare-kernels: plans that survive reboots, and real boots of user-mode-linux. A reboot of this machine is
# played by giving a finished step's result the id of another boot.

# shellcheck disable=SC2016,SC2030,SC2031 # scripts in quotes; each test is a process of its own
# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
	export IPCMARK
	here=$(uname -r)
	this_boot=$(</proc/sys/kernel/random/boot_id)
}

teardown() {
	leave_folder
	expect_nothing_left
}

cell=(-q -c "$pipe" --runs 1 --time 2ms --allow disturbed)
other_boot=00000000-1111-2222-3333-444444444444

kernels() {
	run --separate-stderr timeout --kill-after=5 300 "$source_dir/scripts/compare-kernels" "$@" </dev/null
}

start_kernels() {
	"$source_dir/scripts/compare-kernels" "$@" >out 2>err </dev/null 3>&- &
	pid=$!
}

expect_refusal() {
	expect_status 2
	expect_one_refusal "$1"
}

expect_one_refusal() {
	[[ -z $output ]] || flunk "expected nothing on standard output"
	[[ ${stderr_lines[-1]} == "compare-kernels: "*"$1"* ]] || flunk "expected \"$1\" in the last line"
}

# As if the step had been done before a reboot.
reboot() {
	mv "$1-$this_boot.json" "$1-$other_boot.json"
}

# The kernel is ours to boot, and so it must boot here.
need_uml() {
	skip_if_sanitized "its shadow memory does not fit into user-mode-linux"
	command -v linux.uml >/dev/null || skip "user-mode-linux is not installed"
	timeout 60 linux.uml mem=64M root=/dev/root rootfstype=hostfs rootflags=/ ro init=/nonexistent panic=-1 \
		"uml_dir=$TMPDIR/" con=null con0=null,fd:1 </dev/null >probe 2>&1 || true
	grep -q "Mounted root" probe || skip "user-mode-linux does not boot here: $(tail -n 1 probe)"
	rm -rf probe "${TMPDIR:?}"/*
}

# A linux.uml that is the script on standard input, and all else that the machine has.
fake_uml() {
	mkdir bin
	ln -s /usr/sbin/* /usr/bin/* /sbin/* /bin/* bin/ 2>/dev/null || true
	rm -f bin/linux.uml
	if (($# == 0)); then
		cat >bin/linux.uml
		chmod +x bin/linux.uml
	fi
	PATH=$PWD/bin
}

@test "--help tells what it takes" {
	kernels --help
	expect_status 0
	expect_in "$output" --uml --kernel --boots -o plan boot status RUN-OPTION "Exit codes:"
	[[ -z $stderr ]]
}

@test "bad usage" {
	kernels
	expect_refusal "which kernels?"
	kernels plan
	expect_refusal "which kernels?"
	kernels plan a b c
	expect_refusal "which kernels?"
	kernels --bogus
	expect_refusal 'unknown option "--bogus"'
	kernels --boots 0 "$here"
	expect_refusal '--boots "0": expected a number from 1 to 99'
	kernels --boots
	expect_refusal '--boots "": expected a number'
	kernels --kernel
	expect_refusal "--kernel wants a file"
	kernels --kernel nosuch/bzImage
	expect_refusal "nosuch/bzImage: no file that can be read"
	kernels -o
	expect_refusal "-o wants a folder"
	kernels boot
	expect_refusal "which folder?"
	kernels boot nosuch
	expect_refusal "nosuch: there is no plan in it"
	kernels status a b
	expect_refusal "which folder?"
	is_empty .
}

@test "a package that is missing is named" {
	fake_uml none
	kernels --uml
	expect_refusal "linux.uml is missing: apt-get install user-mode-linux"
	rm -f bin/qemu-system-x86_64
	: >bzImage
	kernels --kernel bzImage
	expect_refusal "qemu-system-x86_64 is missing: apt-get install qemu-system-x86"
}

@test "a folder that no kernel's command line can name" {
	fake_uml </dev/null
	kernels plan --uml -o "two words"
	expect_refusal "there is a space in"
	[[ ! -e "two words" ]]
}

@test "a plan has the order ABBA, and its own copy of the program" {
	kernels plan --boots 5 -o plans 9.9.8 9.9.9 -- "${cell[@]}" --label "two words"
	expect_status 0
	[[ -z $output ]]
	expect_in "$stderr" "A: kernel 9.9.8; B: kernel 9.9.9; boots of each: 5"
	grep -qx "order ABBAABBAAB" plans/plan
	cmp "$IPCMARK" plans/ipcmark
	kernels status plans
	expect_status 0
	expect_in "$output" "A: kernel 9.9.8" "B: kernel 9.9.9" 'two\ words' "step 1: A next" "step 10: B to do"
	kernels plan --boots 5 -o plans 9.9.8 9.9.9
	expect_refusal "plans: there is a plan in it"
}

@test "fewer than five boots are warned of, five are not" {
	kernels plan -o one "$here" "$here"
	expect_in "$stderr" "fewer than 5 boots of each"
	kernels plan --boots 5 -o five "$here" "$here"
	expect_not_in "$stderr" "fewer than 5"
}

@test "a kernel that does not run is not measured: exit code 75, and what to boot" {
	kernels plan -o plans 9.9.9 "$here" -- "${cell[@]}"
	kernels boot plans
	expect_status 75
	expect_in "$stderr" "step 1 of 2 wants kernel 9.9.9, and this is $here: boot 9.9.9" "compare-kernels boot 'plans'"
	is_empty plans/A
	is_empty plans/B
}

@test "one step a boot, and the last boot compares" {
	kernels plan --boots 2 -o plans "$here" "$here" -- "${cell[@]}"
	kernels boot plans
	expect_status 0
	expect_in "$stderr" "plans/A/01-$this_boot.json written" "step 2 of 4 wants another boot of $here"
	expect_valid plans/A/*.json
	kernels boot plans
	expect_status 75
	expect_in "$stderr" "step 2 of 4 wants another boot of $here, and this one has had its step: reboot"
	reboot plans/A/01
	kernels boot plans
	expect_status 0
	expect_in "$stderr" "plans/B/02-$this_boot.json written"
	kernels status plans
	expect_in "$output" "step 1: A done: plans/A/01-$other_boot.json" "step 2: B done" "step 3: B next" "step 4: A to do"
	mv "plans/B/02-$this_boot.json" plans/B/02-0.json
	kernels boot plans
	mv "plans/B/03-$this_boot.json" plans/B/03-0.json
	kernels boot plans
	expect_status 0
	[[ -n $output ]] || flunk "expected a comparison"
	expect_in "$stderr" "'plans'/ipcmark compare 'plans'/A 'plans'/B"
	[[ $(cd plans && echo [AB]/*) == "A/01-$other_boot.json A/04-$this_boot.json B/02-0.json B/03-0.json" ]]
}

@test "the kernel that runs now is compared with one that is named alone" {
	kernels -o plans 9.9.9 -- "${cell[@]}"
	expect_status 0
	expect_in "$stderr" "A: kernel $here; B: kernel 9.9.9" "plans/A/01-$this_boot.json written" "boot 9.9.9"
}

@test "a step that was interrupted leaves nothing and is run again" {
	kernels plan -o plans "$here" 9.9.9 -- -c "$pipe" --time 100ms --runs 250 --allow disturbed
	start_kernels boot plans
	await 30 grep -q '^ipcmark: block 1 ' err
	kill -TERM "$pid"
	finish
	expect_status 143
	[[ $(ls -A plans) == $'A\nB\nipcmark\nplan' ]]
	is_empty plans/A
	sed -i 's/^run 250$/run 1/' plans/plan
	kernels boot plans
	expect_status 0
	expect_in "$stderr" "plans/A/01-$this_boot.json written"
}

@test "a step that was killed is run again" {
	kernels plan -o plans "$here" 9.9.9 -- -c "$pipe" --time 100ms --runs 250 --allow disturbed
	start_kernels boot plans
	await 30 grep -q '^ipcmark: block 1 ' err
	kill -KILL "$pid"
	finish
	await 10 is_gone "$TMPDIR"
	sed -i 's/^run 250$/run 1/' plans/plan
	kernels boot plans
	expect_status 0
	expect_in "$stderr" "plans/A/01-$this_boot.json written"
	[[ $(ls -A plans) == $'A\nB\nipcmark\nplan' ]]
}

@test "two do not work on one plan at once" {
	kernels plan -o plans "$here" 9.9.9 -- "${cell[@]}"
	exec 7<plans/plan
	flock 7
	kernels boot plans
	expect_refusal "plans: another one is at work on this plan"
	exec 7<&-
}

@test "run options that ipcmark refuses end it with its exit code" {
	kernels -o plans "$here" -- -c pingpong/pipi
	expect_status 2
	expect_in "$stderr" 'unknown transport "pipi"' "step 1 of 2 failed (ipcmark run: exit code 2)"
	is_empty plans/A
}

@test "a plan that is none is refused" {
	mkdir plans
	echo "A uml" >plans/plan
	kernels boot plans
	expect_refusal "plans/plan: not a whole plan"
	echo "C uml" >plans/plan
	kernels status plans
	expect_refusal 'plans/plan: unknown word "C"'
}

@test "another kernel that gives no result, or half of one: exit code 76, and its last words" {
	local words
	fake_uml <<-'EOF'
		#!/bin/sh
		echo "the kernel's last words"
		cat half >&4
	EOF
	kernels plan -o plans --uml --uml -- "${cell[@]}"
	for words in '' 'Oops' $'0\n' $'0\n{"schema": "ipcmark-result/1", "tool"'; do
		printf %s "$words" >half
		kernels boot plans
		expect_status 76
		expect_one_refusal "$([[ $words == 0* ]] && echo "the result did not come out whole" || echo "gave no result")"
		[[ $words == 0* ]] || expect_in "$stderr" "the kernel's last words"
		is_empty plans/A
	done
	printf '5\n' >half
	"$IPCMARK" run "${cell[@]}" -o - >>half
	kernels boot plans
	expect_in "$stderr" "some cells have no figures" "plans/A/01-$this_boot.json written"
	[[ $(ls -A plans) == $'A\nB\nipcmark\nplan' ]]
}

@test "user-mode-linux: a whole result of another kernel, compared with this one" {
	need_uml
	kernels -o plans --uml -- -c 'pingpong/{pipe,tcp}/block/64/same-cpu' -c pingpong/shm/futex/64/same-cpu \
		-c pingpong/unix-dgram/block/64/same-cpu --runs 1 --time 2ms --allow disturbed
	expect_status 0
	expect_in "$stderr" "--allow hardware: the machine is the same"
	expect_valid plans/[AB]/*.json
	holds plans/B/*.json 'd["environment"]["kernel"]["release"] != "'"$here"'"' \
		'd["environment"]["clock"]["source"] == "timer"' 'len(d["cells"]) == 4' \
		'all(c["status"] == "ok" for c in d["cells"])' 'd["environment"]["cpu"]["hypervisor"] == "UML"' \
		'all(r["conditions"]["producer_work_ns"] is None for r in runs)'
	boot_id=$(value plans/B/*.json 'd["invocation"]["boot_id"]')
	[[ -f plans/B/02-$boot_id.json && $boot_id != "$this_boot" ]]
	run plans/ipcmark compare plans/A plans/B
	expect_status 4
	plans/ipcmark compare --json plans/A plans/B --allow hardware |
		"$python" -c 'import json, sys; d = json.load(sys.stdin); assert d["fingerprints"]["kernel"] == "differs", d
assert [a["kernel"] for a in d["arms"]][0] == sys.argv[1] != d["arms"][1]["kernel"], d["arms"]' "$here"
}

@test "user-mode-linux: a plan of four boots, and nothing but the boot differs" {
	need_uml
	kernels --boots 2 -o plans --uml --uml -- "${cell[@]}"
	expect_status 0
	[[ $(cd plans && printf '%s ' [AB]/* | sed 's/-[0-9a-f-]*//g') == "A/01.json A/04.json B/02.json B/03.json " ]]
	[[ $(for file in plans/[AB]/*.json; do value "$file" 'd["invocation"]["boot_id"]'; done | sort -u | wc -l) == 4 ]]
	plans/ipcmark compare --json plans/A plans/B | "$python" -c 'import json, sys; d = json.load(sys.stdin)
assert [a["boots"] for a in d["arms"]] == [2, 2], d["arms"]
assert set(d["fingerprints"].values()) == {"same"}, d["differences"]'
}

@test "user-mode-linux: a signal ends the kernel inside, and leaves nothing" {
	need_uml
	kernels plan -o plans --uml --uml -- -c "$pipe" --time 100ms --runs 250 --allow disturbed
	start_kernels boot plans
	await 60 grep -q '^ipcmark: block 1 ' err
	kill -TERM "$pid"
	finish
	expect_status 143
	[[ $(ls -A plans) == $'A\nB\nipcmark\nplan' ]]
	is_empty plans/A
	await 10 is_gone "$TMPDIR"
}

@test "a kernel image in qemu" {
	skip_if_sanitized "its libraries are another test's business"
	command -v qemu-system-x86_64 >/dev/null && command -v cpio >/dev/null || skip "qemu-system-x86 and cpio are not installed"
	image=${IPCMARK_TEST_KERNEL:-/boot/vmlinuz-$here}
	[[ -r $image ]] || skip "no kernel image: set IPCMARK_TEST_KERNEL to one"
	kernels -o plans --kernel "$image" -- -c 'pingpong/{pipe,tcp}/block/64/same-cpu' --runs 1 --time 2ms --allow disturbed
	expect_status 0
	expect_valid plans/[AB]/*.json
	boot_id=$(value plans/B/*.json 'd["invocation"]["boot_id"]')
	[[ -f plans/B/02-$boot_id.json && $boot_id != "$this_boot" ]]
	holds plans/B/*.json 'all(c["status"] == "ok" for c in d["cells"])'
}
