# What round-trip-by-mechanism.gp draws: for each placement null, then the mechanisms that sleep while they wait,
# then those that spin, each group ranked by the p50 of the first arm that has one, with p50, p99, their intervals
# and the CPU time of a round trip; at a group's end what was not measured, and why. One lane for each arm. Null
# has its values only: a place on the axis, far below all others, would squeeze them. A panel with more than
# most_rows leaves the waits that are neither usual nor spin to the figure of waits.

table == "cells" && is_round_trip() {
	size = field("size_bytes")
	m = mechanism_of(field("transport"), field("wait"), field("cell"))
	p = place_of_cell()
	placement_class[p] = field("class")
	key = size SUBSEP p SUBSEP m SUBSEP arm_of(field("file"))
	if (!(size in size_count)) {
		sizes[++size_total] = size
		size_count[size] = 0
	}
	known_row[size, p, m] = 1
	if (field("status") != "ok") {
		reason[key] = field("status") (field("note") == "" ? "" : ": " field("note"))
		next
	}
	has_panel[size, p] = 1
	metric = field("metric")
	if (metric != "rtt_ns.p50" && metric != "rtt_ns.p99" && metric != "cpu_ns_per_message")
		next
	if (field("estimate") + 0 <= 0) {
		if (metric == "rtt_ns.p50")
			reason[key] = field("note") == "" ? "no p50" : "no p50: " field("note")
		next
	}
	estimate[key, metric] = field("estimate") + 0
	low[key, metric] = number_or_missing(field("ci_low"))
	high[key, metric] = number_or_missing(field("ci_high"))
	is_low[key, metric] = has_flag(field("flags"), "low_confidence")
	if (metric == "rtt_ns.p50") {
		batched[key] = is_batched(field("flags"))
		unsteady[key] = has_flag(field("flags"), "drifting") || has_flag(field("flags"), "multimodal")
		size_count[size]++
	}
}

BEGIN { most_rows = 80 }

function key_of(p, m, a) { return best_size SUBSEP p SUBSEP m SUBSEP a }

function group_of(m) { return mechanism_transport[m] == "null" ? 1 : mechanism_spins[m] ? 3 : 2 }

# Rows that were not measured for one reason, more than three of a group, are one; gives the number of what is left.
function rows_merge(p, rows, n,    i, m, left, count)
{
	for (i = 1; i <= n; i++) {
		m = rows[i]
		count = rank[m] == 1e300 && common_reason(p, m) != "" ? alike[p, group[m], common_reason(p, m)] : 0
		if (count > 3 && alike_with[p, m])
			continue
		if (count > 3)
			merged[p, m] = count
		rows[++left] = m
	}
	return left
}

# By group, then by p50, then what was not measured: rows[1..]; gives their number.
function ranked_rows(p, rows,    m, a, n, key, count)
{
	for (m = 1; m <= mechanisms; m++)
		count += (best_size, p, m) in known_row
	for (m = 1; m <= mechanisms; m++) {
		if (!((best_size, p, m) in known_row))
			continue
		if (count > most_rows && group_of(m) == 2 && mechanism_way[m] !~ / / && !mechanism_is_usual[m]) {
			left_out++
			continue
		}
		rank[m] = 1e300
		for (a = arms; a >= 1; a--) {
			key = key_of(p, m, a)
			if ((key, "rtt_ns.p50") in estimate)
				rank[m] = estimate[key, "rtt_ns.p50"]
		}
		group[m] = group_of(m)
		if (rank[m] == 1e300 && ++alike[p, group[m], common_reason(p, m)] > 1)
			alike_with[p, m] = 1
		rows[++n] = m
	}
	n = rows_merge(p, rows, n)
	sort_list(rows, n, rank)
	sort_list(rows, n, group)
	return n + 0
}

function span_add(value)
{
	if (value == missing || value == "" || value + 0 <= 0)
		return
	lowest = lowest == "" ? value : min(lowest, value)
	highest = max(highest, value)
}

function has_p99(key) { return ((key, "rtt_ns.p99") in estimate) && !batched[key] }

function row_write(y, key, a, m,    x50, x99)
{
	x50 = estimate[key, "rtt_ns.p50"]
	x99 = has_p99(key) ? estimate[key, "rtt_ns.p99"] : missing
	print y, x50, low[key, "rtt_ns.p50"], high[key, "rtt_ns.p50"], x99, \
		x99 == missing ? missing : low[key, "rtt_ns.p99"], x99 == missing ? missing : high[key, "rtt_ns.p99"], \
		mechanism_transport[m], a, batched[key] + 0, is_low[key, "rtt_ns.p99"] + 0 > data
	data_rows++
}

function row_texts(y, key,    cpu)
{
	place_text((unsteady[key] ? "†" : "") duration(estimate[key, "rtt_ns.p50"]), column_p50, y, "right", "@value_text")
	if (batched[key])
		place_text("batched", column_p99, y, "right", "@faint_text")
	else if (has_p99(key))
		place_text(duration(estimate[key, "rtt_ns.p99"]), column_p99, y, "right", \
			is_low[key, "rtt_ns.p99"] ? "@faint_text" : "@value_text")
	else
		place_text("—", column_p99, y, "right", "@faint_text")
	cpu = (key, "cpu_ns_per_message") in estimate ? duration(estimate[key, "cpu_ns_per_message"]) : "—"
	place_text(cpu, column_cpu, y, "right", "@value_text")
}

function span_all(p,    m, a, key)
{
	for (m = 1; m <= mechanisms; m++)
		for (a = 1; a <= arms; a++) {
			key = key_of(p, m, a)
			if (!((key, "rtt_ns.p50") in estimate))
				continue
			any_batched = any_batched || batched[key]
			any_unsteady = any_unsteady || unsteady[key]
			if (group_of(m) == 1) {
				any_null = 1
				continue
			}
			span_add(estimate[key, "rtt_ns.p50"])
			span_add(low[key, "rtt_ns.p50"])
			span_add(high[key, "rtt_ns.p50"])
			any_interval = any_interval || low[key, "rtt_ns.p50"] != missing
			any_hollow = any_hollow || batched[key]
			any_spinning = any_spinning || mechanism_spins[m]
			if (has_p99(key)) {
				span_add(estimate[key, "rtt_ns.p99"])
				span_add(low[key, "rtt_ns.p99"])
				span_add(high[key, "rtt_ns.p99"])
				any_p99 = 1
				any_low = any_low || is_low[key, "rtt_ns.p99"]
			}
		}
}

# Why an arm has no value in a row.
function reason_of(key) { return key in reason ? reason[key] : "not in this result" }

# The reason that all arms share for having no value, else nothing.
function common_reason(p, m,    a)
{
	for (a = 1; a <= arms; a++)
		if (((key_of(p, m, a), "rtt_ns.p50") in estimate) || reason_of(key_of(p, m, a)) != reason_of(key_of(p, m, 1)))
			return ""
	return reason_of(key_of(p, m, 1))
}

# One row: its name, and for each arm a lane with marks, values, or the reason why there are none.
function row_place(p, m, y,    a, key, lane_y, middle)
{
	middle = y + (arms - 1) * lane / 2
	place_text(((p, m) in merged) ? merged[p, m] " mechanisms" : clip(mechanism_label[m], label_room), left - 8, middle, "right", "@row_text")
	if (common_reason(p, m) != "") {
		place_inside(clip(common_reason(p, m), 90), left + 8, middle, "left", "@faint_text")
		return
	}
	if (group_of(m) != 1)
		place_rule(left, right, middle, "#ececec")
	for (a = 1; a <= arms; a++) {
		key = key_of(p, m, a)
		lane_y = y + (a - 1) * lane
		if ((key, "rtt_ns.p50") in estimate) {
			if (group_of(m) == 1)
				place_inside("not on this axis", left + 8, lane_y, "left", "@faint_text")
			else
				row_write(lane_y, key, a, m)
			row_texts(lane_y, key)
		} else
			place_inside(clip(reason_of(key), 90), left + 8, lane_y, "left", "@faint_text")
	}
}

# The room above row i: a rule stands where a group ends, a heading over those that spin.
function room_above(rows, i)
{
	if (i > 1 && group[rows[i]] == group[rows[i - 1]])
		return 0
	return (i > 1 ? 4 : 0) + (group[rows[i]] == 3 ? 20 : 0)
}

# A panel with all its rows; gives the y below it.
function panel_place(p, top,    rows, n, i, y, bottom)
{
	n = ranked_rows(p, rows)
	bottom = top + 5 + n * (arms * lane + gap) - gap + 7
	for (i = 1; i <= n; i++)
		bottom += room_above(rows, i)
	panel_add(left, right, top, bottom)
	y = top + lane / 2 + 5
	data_rows = 0
	for (i = 1; i <= n; i++) {
		if (i > 1 && room_above(rows, i) > 0)
			place_rule(page_margin, page_width - page_margin, y - lane / 2, "#bbbbbb")
		y += room_above(rows, i)
		if (room_above(rows, i) >= 20)
			place_inside("spinning: burns the CPUs of both sides while it waits", page_margin, \
				y - lane / 2 - 9, "left", "@heading_text")
		row_place(p, rows[i], y)
		y += arms * lane + gap
	}
	place_text(placement_title(p), page_margin, top - 12, "left", "@panel_text")
	place_text("p50", column_p50, top - 10, "right", "@small_text")
	place_text("p99", column_p99, top - 10, "right", "@small_text")
	place_text("CPU, both sides", column_cpu, top - 10, "right", "@small_text")
	# A block without a row would not count as one.
	if (data_rows == 0)
		print top, missing, missing, missing, missing, missing, missing, "null", 1, 0, 0 > data
	print "\n" > data
	return bottom
}

function legend_place(y)
{
	legend_start(y)
	if (arms > 1)
		legend_add("p50:", "", "")
	legend_arms("pt arm_shape(%d) ps S(1.1) lc rgb arm_colour(%d)", "")
	if (arms > 1)
		y = legend_end()
	legend_start(y)
	if (arms == 1)
		legend_add("p50", "pt 7 ps S(1.1) lc rgb '#444444'", "")
	if (any_p99)
		legend_add("p99", "pt 13 ps diamond lc rgb '#444444'", "")
	if (any_low)
		legend_add("p99, low confidence", "pt 12 ps diamond lc rgb '#444444'", "")
	if (any_hollow)
		legend_add(arms > 1 ? "hollow: p50 of batch means" : "p50 of batch means", "pt 6 ps S(1.1) lc rgb '#444444'", "")
	return legend_end()
}

END {
	best_size = choose_size(size_count, sizes, size_total)
	if (best_size == "" || size_count[best_size] == 0) {
		answer("none", "no pingpong cell has a p50")
		exit
	}
	sorted_placements(order)
	for (p = 1; p <= placements; p++)
		span_all(p)
	if (lowest == "") {
		answer("none", "no pingpong cell but null's has a p50")
		exit
	}
	for (i = 1; i <= placements; i++)
		if ((best_size, order[i]) in has_panel)
			shown[++shown_total] = order[i]
	for (m = 1; m <= mechanisms; m++)
		label_length = max(label_length, text_length(mechanism_label[m]))
	label_room = min(label_length, 44)
	left = page_margin + int(label_room * 6.4) + 14
	column_cpu = page_width - page_margin
	column_p99 = column_cpu - 118
	column_p50 = column_p99 - 72
	right = column_p50 - 66
	lane = arms > 1 ? 15 : 20
	gap = arms > 1 ? 9 : 0

	range_set("time", lowest, highest, 3)
	print "arms = " arms > params
	panels_reserve(shown_total)
	y = place_title("Round trip by mechanism, " size_text(best_size) " messages", \
		"Closed loop, one message in flight. Ranked by the median (p50)" \
		(any_spinning ? ", waits that spin apart; " : "; ") bars_text(any_interval) ".")
	y = legend_place(y + 4) + 24
	for (i = 1; i <= shown_total; i++)
		y = panel_place(shown[i], y) + 54
	notes = "CPU: both sides, for one round trip."
	if (any_null)
		notes = notes " Null is the harness without any IPC: the floor of every other row."
	if (any_batched)
		notes = notes " p50 of batch means: the clock is too coarse for one message, so there are no percentiles."
	if (any_low)
		notes = notes " Low confidence: fewer than 100 messages lie beyond the percentile."
	if (any_unsteady)
		notes = notes " †: drifting, or in two regimes."
	if (left_out)
		notes = notes " Left out are " left_out " rows of waits other than the usual one and spin: see the figure waits."
	place_caption(y, notes unmeasured_text())
	answer("draw", "round trip p50 and p99 by mechanism, " size_text(best_size))
}
