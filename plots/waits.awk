# What waits.gp draws: one row a transport, a mark for each way in which it can wait and sleep, as a change of the
# median round trip from that of its usual wait, which is the first in the result; beside it that median itself. What
# a wait costs is a few per cent, which the axis of round-trip-by-mechanism, made for all mechanisms, does not show.

table == "cells" && is_round_trip() && field("status") == "ok" && field("metric") == "rtt_ns.p50" && \
	field("wait") != "spin" && field("transport") != "null" && field("estimate") + 0 > 0 {
	p = place_of_cell()
	if (placement_condition[p] ~ /axes/)
		next
	placement_class[p] = field("class")
	size = field("size_bytes")
	key = size SUBSEP p SUBSEP arm_of(field("file")) SUBSEP field("transport")
	if (!(size in size_count))
		sizes[++size_total] = size
	if (!(key in wait_count)) {
		row_list[++row_total] = key
		row_size[key] = size
		row_place[key] = p
		row_arm[key] = arm_of(field("file"))
		row_transport[key] = field("transport")
	}
	n = ++wait_count[key]
	# A row, once there is a second wait.
	size_count[size] += n == 2
	wait_name[key, n] = field("wait")
	wait_p50[key, n] = field("estimate") + 0
	wait_low[key, n] = number_or_missing(field("ci_low"))
	wait_high[key, n] = number_or_missing(field("ci_high"))
	wait_is_unsteady[key, n] = has_flag(field("flags"), "drifting") || has_flag(field("flags"), "multimodal")
}

function change_of(key, value) { return value == missing ? missing : log(value / wait_p50[key, 1]) }

# The rows of a placement and a result, by the median of their usual wait: rows[1..].
function ranked_rows(p, a, rows,    i, key, n, rank, list)
{
	for (i = 1; i <= row_total; i++) {
		key = row_list[i]
		if (row_size[key] != best_size || row_place[key] != p || row_arm[key] != a || wait_count[key] < 2)
			continue
		list[++n] = i
		rank[i] = wait_p50[key, 1]
	}
	sort_list(list, n, rank)
	for (i = 1; i <= n; i++)
		rows[i] = row_list[list[i]]
	return n + 0
}

function row_write(key, y,    k, x, lane)
{
	place_text(row_transport[key], left - 12, y, "right", "@row_text")
	place_rule(left, right, y, "#efefef")
	place_text((wait_is_unsteady[key, 1] ? "†" : "") duration(wait_p50[key, 1]), column_p50, y, "right", "@value_text")
	place_text(wait_name[key, 1], column_wait, y, "right", "@faint_text")
	for (k = 1; k <= wait_count[key]; k++) {
		x = change_of(key, wait_p50[key, k])
		lane = y + (k - (wait_count[key] + 1) / 2) * min(3, 20 / wait_count[key])
		print lane, clamp_wait(x), clamp_wait(change_of(key, wait_low[key, k])), clamp_wait(change_of(key, wait_high[key, k])), \
			wait_name[key, k] > data
		if (x != clamp_wait(x))
			place_inside((x < 0 ? "◂ " : "") change_text(x) (x < 0 ? "" : " ▸"), x < 0 ? left + 10 : right - 10, lane, \
				x < 0 ? "left" : "right", "@faint_text")
	}
}

function panel_place(p, a, y,    rows, n, i)
{
	n = ranked_rows(p, a, rows)
	panel_add(left, right, y, y + n * row_height + 8)
	for (i = 1; i <= n; i++)
		row_write(rows[i], y + 4 + (i - 0.5) * row_height)
	print "\n" > data
	place_text((arms > 1 ? arm_label[a] "; " : "") placement_title(p), page_margin, y - 12, "left", "@panel_text")
	place_text("usual wait", column_wait, y - 10, "right", "@small_text")
	place_text("its p50", column_p50, y - 10, "right", "@small_text")
	return y + n * row_height + 8
}

# A wait that takes several times as long, or a fraction, need not squeeze all others.
function clamp_wait(value) { return value == missing ? missing : max(from, min(to, value)) }

# What the axis has to reach, and which waits the legend has to name, in the order of the program's list.
function collect(    i, k, x, key, n, list, look)
{
	for (i = 1; i <= row_total; i++) {
		key = row_list[i]
		if (row_size[key] != best_size || wait_count[key] < 2)
			continue
		label_length = max(label_length, text_length(row_transport[key]))
		for (k = 1; k <= wait_count[key]; k++) {
			x = change_of(key, wait_p50[key, k])
			from = min(from, wait_low[key, k] == missing ? x - 0.02 : change_of(key, wait_low[key, k]))
			to = max(to, wait_high[key, k] == missing ? x + 0.02 : change_of(key, wait_high[key, k]))
			any_interval = any_interval || wait_low[key, k] != missing
			any_unsteady = any_unsteady || wait_is_unsteady[key, k]
			is_drawn[wait_name[key, k]] = 1
		}
	}
	n = split(wait_looks, list, ", ")
	for (i = 1; i <= n; i++) {
		split(list[i], look, " ")
		if (look[1] in is_drawn)
			legend_add(look[1], "pt way_shape('" look[1] "') ps S(0.9) lc rgb way_colour('" look[1] "')", "")
	}
}

END {
	best_size = choose_size(size_count, sizes, size_total)
	if (best_size == "" || size_count[best_size] == 0) {
		answer("none", "no transport has two waits that sleep")
		exit
	}
	sorted_placements(order)
	for (i = 1; i <= placements; i++)
		for (a = 1; a <= arms; a++)
			if (ranked_rows(order[i], a, rows) > 0) {
				shown_place[++shown] = order[i]
				shown_arm[shown] = a
			}
	y = place_title("Round trip by wait, " size_text(best_size) " messages", \
		"Closed loop, one message in flight; median (p50) against that of the transport's usual wait, on a logarithmic axis.")
	legend_start(y + 4)
	collect()
	y = legend_end() + 24
	left = page_margin + int(label_length * 6.4) + 22
	column_wait = page_width - page_margin
	column_p50 = column_wait - 84
	right = column_p50 - 76
	row_height = 26
	from = max(-log(1.5), from * 1.06)
	to = min(log(2.5), to * 1.06)
	edge = max(-from, to)
	print "arms = " arms "; from = " from "; to = " to "; change_ticks = \"" \
		change_ticks((right - left) * 2 * edge / (to - from), 46) "\"" > params
	panels_reserve(shown)
	for (i = 1; i <= shown; i++)
		y = panel_place(shown_place[i], shown_arm[i], y) + 54
	notes = any_interval ? "Bars are the 95 % confidence interval of each wait's own median." : \
		"No confidence intervals, which take 6 runs."
	notes = notes " Waits that spin are among the mechanisms of round-trip-by-mechanism."
	if (any_unsteady)
		notes = notes " †: drifting, or in two regimes."
	place_caption(y - 6, notes unmeasured_text())
	answer("draw", "round trip p50 of each wait against the usual one, " size_text(best_size))
}
