#!/usr/bin/env bats
# What goes wrong while it measures: signals, deaths, full disks, starved limits.

# shellcheck disable=SC2016,SC2030,SC2031 # scripts in quotes; each test is a process of its own
# shellcheck source=tests/helpers.bash
source "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
	enter_folder
}

teardown() {
	leave_folder
}

# A minute's worth of runs of 120 ms.
long=(run --preset quick --allow disturbed -c "$pipe" -c "$fifo" --time 100ms --runs 250 -o result.json)

passes() {
	(($(grep -c '^ipcmark: block ' err) >= $1))
}

# Starts the long run and waits for the first pass and a run after it.
start_and_await_run() {
	start "${long[@]}"
	await 30 passes 1
	await 10 is_running ipcmark-consume
}

expect_interrupted() {
	expect_valid result.json
	holds result.json 'd["invocation"]["status"] == "interrupted"'
	expect_nothing_left
}

# state_of PID: a letter, "T" for stopped; it fails where there is none.
state_of() {
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
	stat=${stat##*) }
	echo "${stat%% *}"
}

# What has ended; its parent may not have noticed yet.
is_dead() {
	local state
	state=$(state_of "$1") || return 0
	[[ $state == Z || $state == X ]]
}

@test "SIGINT in mid-run: finished runs are kept, exit code 130" {
	start_and_await_run
	kill -INT "$pid"
	finish
	expect_status 130
	expect_interrupted
	holds result.json '0 < len(runs) < 500' 'all(c["runs"] for c in d["cells"])' \
		'all(r["status"] == "ok" for r in runs)' 'all(c["status"] == "ok" for c in d["cells"])'
	expect_in "$(<err)" "ipcmark: result.json written (interrupted, "
	expect_in "$(<out)" ": INTERRUPTED"
	[[ $(find . -type f | sort) == $'./err\n./out\n./result.json' ]]
}

@test "SIGTERM in mid-run: the same, exit code 143" {
	start_and_await_run
	kill -TERM "$pid"
	finish
	expect_status 143
	expect_interrupted
	holds result.json '0 < len(runs) < 500' 'all(r["status"] == "ok" for r in runs)'
}

@test "a signal to the whole group is an interruption, not a failure of the sides" {
	setsid "$IPCMARK" "${long[@]}" >out 2>err </dev/null 3>&- &
	pid=$!
	await 30 passes 1
	await 10 is_running ipcmark-consume
	kill -TERM -- "-$pid"
	finish
	expect_status 143
	expect_interrupted
	holds result.json 'runs' 'all(c["status"] == "ok" for c in d["cells"])'
}

@test "Ctrl-C on a terminal: exit code 130, and the line of progress is cleared" {
	mkfifo keys
	script -qec "'$IPCMARK' ${long[*]} >table" /dev/null <keys >screen 3>&- &
	pid=$!
	exec 8>keys
	await 30 grep -qs "block 2 of 250" screen
	printf '\003' >&8
	exec 8>&-
	finish
	expect_status 130
	expect_interrupted
	expect_in "$(<screen)" $'\r\e[Kipcmark: result.json written (interrupted, '
}

@test "SIGINT during calibration: exit code 130, and a valid result without runs" {
	start run --preset quick --allow disturbed -c 'pingpong/*/{block,futex}/64/same-cpu' --runs 2 --time 2ms -o result.json
	await 20 is_running ipcmark-consume
	kill -INT "$pid"
	finish
	expect_status 130
	expect_interrupted
	holds result.json 'd["cells"]' 'not runs'
	"$IPCMARK" show result.json >shown
	expect_only_numbers shown
}

@test "a cell that was interrupted before its first run is not ok, and says why" {
	start run --preset quick --allow disturbed -c 'pingpong/*/{block,futex}/64/same-cpu' --runs 2 --time 2ms -o result.json
	await 20 is_running ipcmark-consume
	kill -INT "$pid"
	finish
	expect_status 130
	holds result.json 'all(c["status"] != "ok" and c["reason"] for c in d["cells"])'
}

@test "SIGINT of the quick look: exit code 130, and nothing is written" {
	start
	await 20 is_running ipcmark-consume
	kill -INT "$pid"
	finish
	expect_status 130
	[[ $(ls -A) == $'err\nout' ]]
	expect_nothing_left
}

is_stopped() {
	[[ $(state_of "$1") == T ]]
}

stops_or_ends() {
	is_stopped "$1" || is_dead "$1"
}

# Kills a child of the run by its process id as soon as it is seen. One that is already on its way out
# would not notice; one that can be stopped is alive.
kill_side() {
	local side
	side=$(child "$pid" "$1") || return 1
	kill -STOP "$side" 2>/dev/null || return 1
	await 10 stops_or_ends "$side"
	is_stopped "$side" && kill -KILL "$side"
}

@test "SIGKILL of a side: its run failed for that reason, the plan goes on, exit code 5" {
	local side
	for side in produce consume; do
		start run --preset quick --allow disturbed -c "$pipe" -c "$fifo" --time 100ms --runs 3 -o "$side.json"
		await 30 passes 1
		await 10 kill_side "ipcmark-$side"
		finish
		expect_status 5
		expect_valid "$side.json"
		holds "$side.json" 'd["invocation"]["status"] == "complete"' 'all(len(c["runs"]) == 3 for c in d["cells"])' \
			'[c["status"] for c in sorted(d["cells"], key=lambda c: c["status"])] == ["failed", "ok"]' \
			'sum(r["status"] == "failed" for r in runs) == 1' \
			"all('${side}r: killed by signal 9' in r['reason'] for r in runs if r['status'] == 'failed')" \
			"re.match(r'run [23] of 3: ${side}r: killed by signal 9', by(status='failed')[0]['reason'])" \
			'any("failed" in w and "signal 9" in w for w in d["warnings"])' \
			'by(status="failed")[0]["summary"]["rtt_ns.p50"]["runs"] == 2'
		expect_in "$(<out)" "failed: run " "killed by signal 9"
		expect_nothing_left
	done
}

@test "SIGKILL of a side during calibration: that cell failed, the others are measured" {
	start run --preset quick --allow disturbed -c "$pipe" -c "$fifo" --time 2ms --runs 2 -o result.json
	await 20 kill_side ipcmark-consume
	finish
	expect_status 5
	expect_valid result.json
	holds result.json 'len(by(status="failed")) == 1' 'len(by(status="ok")) == 1' \
		'"consumer: killed by signal 9" in by(status="failed")[0]["reason"]' \
		'len(by(status="ok")[0]["runs"]) == 2'
	expect_nothing_left
}

no_news() {
	[[ -z $(comm -13 "$1" <(ls -A /dev/shm)) ]]
}

@test "SIGKILL of the program, twenty times: no process, no file and no shared memory is left" {
	local i kin relative seen=0
	ls -A /dev/shm >before
	for ((i = 0; i < 20; i++)); do
		mkdir "killed-$i"
		TMPDIR=$PWD/killed-$i start run -q --preset quick --allow disturbed -c '{pingpong,stream}/*/usual/64' --time 5ms --runs 3 -o "result-$i.json"
		# at moments that differ: no event to wait for
		sleep "$((i * 40 / 1000)).$(printf '%03d' $((i * 40 % 1000)))"
		kin=$(relatives "$PWD/killed-$i")
		for relative in $kin; do
			((++seen))
		done
		kill -KILL "$pid"
		finish
		expect_status 137
		await 10 is_gone "$PWD/killed-$i"
		for relative in $kin; do
			await 10 is_dead "$relative"
		done
		await 10 is_empty "killed-$i"
		[[ ! -e result-$i.json ]]
	done
	((seen > 40)) || flunk "saw only $seen processes"
	[[ -z $(find . -name '.ipcmark*') ]]
	await 10 no_news before
}

# The keys of all System V queues and semaphores.
sysv_keys() {
	awk 'FNR > 1 { print FILENAME, $1 }' /proc/sysvipc/msg /proc/sysvipc/sem | sort
}

has_own_keys() {
	[[ -n $(comm -13 before <(sysv_keys)) ]]
}

@test "SIGKILL of the program while it has queues and semaphores: none is left" {
	[[ -r /proc/sysvipc/msg && -r /proc/sysvipc/sem ]] || skip "no System V queues and semaphores here"
	local transport
	sysv_keys >before
	for transport in mq-sysv sem-sysv; do
		start run -q --preset quick --allow disturbed -c "pingpong/$transport/block/64/same-cpu" --time 100ms \
			--runs 100 -o result.json
		await 20 has_own_keys
		kill -KILL "$pid"
		finish
		expect_status 137
		expect_nothing_left
		! has_own_keys || flunk "a key is left: $(sysv_keys)"
	done
}

@test "a file that may not grow: exit code 74, the old file is whole, nothing lies beside it" {
	mkdir target
	"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -o target/result.json
	cp target/result.json old.json
	run --separate-stderr bash -c 'ulimit -f 4 && "$@" </dev/null' _ \
		"$IPCMARK" run "${tiny[@]}" -q -c "$pipe" --force -o target/result.json
	expect_status 74
	expect_in "$stderr" "ipcmark: target/result.json: File too large"
	cmp target/result.json old.json
	[[ $(ls -A target) == result.json ]]
	expect_nothing_left
}

@test "a full disk: exit code 74, the old file is whole, and the result is rescued" {
	((EUID == 0)) || skip "only root can mount"
	unshare -m true 2>/dev/null || skip "no mounts here"
	mkdir target
	head -c 61440 /dev/urandom >old # all but 4 KiB
	run --separate-stderr unshare -m bash -c '
		mount -t tmpfs -o size=64k tmpfs target && cp old target/result.json || exit 99
		"$@" </dev/null
		code=$?
		cmp target/result.json old >&2 && [[ $(ls -A target) == result.json ]] || code=98
		exit $code' _ "$IPCMARK" run "${tiny[@]}" -q -c "$pipe" --force -o target/result.json
	((status != 99)) || skip "no mounts here"
	expect_status 74
	((${#stderr_lines[@]} == 2))
	expect_in "$stderr" "ipcmark: target/result.json: No space left on device"
	[[ ${stderr_lines[1]} =~ ^"ipcmark: the result is in "(.*)" instead"$ ]]
	expect_valid "${BASH_REMATCH[1]}"
	[[ $(dirname "${BASH_REMATCH[1]}") == "$TMPDIR" ]]
}

@test "-o /dev/full: exit code 74, and the device is still there" {
	program run "${tiny[@]}" -q -c "$pipe" -o /dev/full
	expect_status 74
	expect_in "$stderr" "ipcmark: /dev/full: No space left on device"
	[[ -c /dev/full ]]
}

# A leak check needs descriptors and a process of its own.
no_leak_check="ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

@test "too few descriptors: a clear failure, never a hang or a crash" {
	local limit failures=0
	for limit in 5 6 7 8 9 10 11 12 14 16 20; do
		run --separate-stderr env "$no_leak_check" timeout --kill-after=5 60 bash -c 'ulimit -n "$1" && shift && exec "$@"' _ "$limit" \
			"$IPCMARK" run "${tiny[@]}" --force -o result.json \
			-c "$pipe" -c pingpong/tcp/block/64/same-cpu -c stream/unix-stream/block/64/same-cpu </dev/null 3>&-
		case $status in
		0) expect_valid result.json ;;
		5 | 6)
			expect_in "$output$stderr" "Too many open files"
			[[ -z $output ]] || expect_valid result.json
			;;
		*) flunk "with $limit descriptors" ;;
		esac
		((status == 0)) || ((++failures))
		expect_nothing_left
	done
	((failures > 2)) || flunk "expected more failures than $failures"
}

@test "too few processes: a clear failure" {
	((EUID == 0)) || skip "needs a user of its own"
	setpriv --reuid 64123 --regid 64123 --clear-groups -- "$IPCMARK" --version >/dev/null 2>&1 ||
		skip "another user can't run this program"
	local limit
	for limit in 1 2 3; do
		run --separate-stderr setpriv --reuid 64123 --regid 64123 --clear-groups -- env "$no_leak_check" TMPDIR=/tmp \
			bash -c 'ulimit -u "$1" && shift && exec "$@" </dev/null' _ "$limit" \
			"$IPCMARK" run "${tiny[@]}" -c "$pipe" -o -
		case $status in
		6) expect_one_line_of_error && expect_in "$stderr" "fork: Resource temporarily unavailable" ;;
		5) expect_in "$output" "fork: Resource temporarily unavailable" ;;
		*) flunk "with $limit processes" ;;
		esac
	done
}

@test "closed standard input" {
	run --separate-stderr bash -c '"$@" <&-' _ "$IPCMARK" run "${tiny[@]}" -q -c "$pipe" -c "$fifo" -o result.json
	expect_status 0
	expect_valid result.json
	[[ -z $stderr$output ]]
	expect_nothing_left
}

@test "all three standard descriptors closed" {
	run bash -c '"$@" <&- >&- 2>&-' _ "$IPCMARK" run "${tiny[@]}" -q -c 'pingpong/{null,pipe,fifo,shm,tcp,udp,mq-posix,eventfd,process-vm,scm-rights}/usual/64/same-cpu' \
		-o result.json
	expect_status 0
	expect_valid result.json
	holds result.json 'len(by(status="ok")) == len(d["cells"]) == 10'
	expect_nothing_left
}

# The descriptors 0, 1 and 2 of the program are what the caller gave it: nothing, or the null device.
@test "nothing of ours takes the number of a closed standard descriptor" {
	local number target
	bash -c 'exec "$@" <&- >&- 2>&-' _ "$IPCMARK" "${long[@]}" -q 3>&- &
	pid=$!
	await 20 is_running ipcmark-consume
	for number in 0 1 2; do
		target=$(readlink "/proc/$pid/fd/$number") || continue
		[[ $target == /dev/* ]] || flunk "descriptor $number: $target"
	done
	kill -INT "$pid"
	finish
	expect_status 130
}

@test "an environment that is empty" {
	run --separate-stderr env -i "$IPCMARK" run "${tiny[@]}" -c "$pipe" -c "$fifo" -o result.json
	expect_status 0
	expect_valid result.json
	holds result.json 'all(c["status"] == "ok" for c in d["cells"])'
	run --separate-stderr env -i "$IPCMARK" show result.json
	expect_status 0
	run --separate-stderr env -i "$IPCMARK" list
	expect_status 0
}

@test "other people's descriptors do not reach the sides" {
	# a reader of this pipe must see its end when the program is gone, not when a side is
	mkfifo foreign
	"$IPCMARK" "${long[@]}" >out 2>err </dev/null 3>&- 9<>foreign &
	pid=$!
	await 20 is_running ipcmark-consume
	await 5 has_not_inherited "$(child "$pid" ipcmark-consume)"
	kill -INT "$pid"
	finish
	expect_status 130
}

has_not_inherited() {
	[[ -d /proc/$1/fd ]] || return 0
	! find "/proc/$1/fd" -lname '*/foreign' 2>/dev/null | grep -q .
}

@test "a reader that leaves costs the table, not the result" {
	"$IPCMARK" run "${tiny[@]}" -c 'pingpong/{pipe,fifo,tcp,unix-stream}/*/{16,64,256,1K}/same-cpu' -o result.json </dev/null 3>&- 2>err | true
	expect_valid result.json
	rm result.json
	"$IPCMARK" run "${tiny[@]}" --runs 3 -c "$pipe" -o result.json </dev/null 3>&- 2>&1 >/dev/null | true
	expect_valid result.json
}

@test "a reader that has seen enough is no error to talk about" {
	local codes reference=("$source_dir"/results/reference/*.json)
	"$IPCMARK" export --table percentiles "${reference[0]}" 2>err | head -n 1 >first
	codes=${PIPESTATUS[*]}
	[[ $codes == "74 0" ]]
	[[ $(<first) == file* ]]
	[[ ! -s err ]]
}
