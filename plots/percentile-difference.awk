# What percentile-difference.gp draws: for the cells whose medians differ most between the first result and another,
# the percentile curves of all results, and below them how far each percentile lies from that of the first result. A
# percentile that 10 to 99 messages of a result support is drawn as thin dots, one of fewer not at all.

BEGIN { most_cells = 12 }

table == "cells" && is_round_trip() && is_batched(field("flags")) {
	batched[field("cell")] = 1
}

table == "percentiles" && is_round_trip() && field("transport") != "null" && \
	field("support") != "none" && field("percentile") + 0 < 1 && field("value_ns") + 0 > 0 {
	if (!(field("cell") in cell_number)) {
		cell_number[field("cell")] = ++cells
		cell_id[cells] = field("cell")
		cell_label[cells] = mechanism_label[mechanism_of(field("transport"), field("wait"), field("cell"))]
		cell_place[cells] = size_text(field("size_bytes")) ", " placement_name[place_of_cell()]
	}
	c = cell_number[field("cell")]
	a = arm_of(field("file"))
	q = field("percentile")
	if (!(q in q_known)) {
		q_known[q] = 1
		percentiles[++percentile_total] = percentile_total
		percentile_text[percentile_total] = q
		percentile_value[percentile_total] = q + 0
	}
	value[c, a, q] = field("value_ns") + 0
	is_full[c, a, q] = field("support") == "full"
}

function difference(c, a, q)
{
	return ((c, a, q) in value) && ((c, 1, q) in value) ? log(value[c, a, q] / value[c, 1, q]) : missing
}

# How far the medians of a cell lie apart; less than 0 where there are no two.
function apart(c,    a, most)
{
	most = -1
	for (a = 2; a <= arms; a++)
		if (difference(c, a, "0.5") != missing)
			most = max(most, abs(difference(c, a, "0.5")))
	return most
}

# The cells that differ most, in the order of the results.
function choose_cells(    c, n, list, order)
{
	for (c = 1; c <= cells; c++) {
		if ((cell_id[c] in batched) || apart(c) < 0)
			continue
		list[++n] = c
		order[c] = -apart(c)
	}
	candidates = n + 0
	sort_list(list, n, order)
	for (n = min(n, most_cells); n >= 1; n--)
		is_chosen[list[n]] = 1
	for (c = 1; c <= cells; c++)
		if (is_chosen[c])
			chosen[++chosen_total] = c
}

# A point of a curve: x, y and whether it is fully supported, into point_*[1..]; gives their number.
function curve_points_of(c, a, is_difference,    i, q, n, y)
{
	for (i = 1; i <= percentile_total; i++) {
		q = percentile_text[percentiles[i]]
		y = is_difference ? difference(c, a, q) : ((c, a, q) in value) ? value[c, a, q] : missing
		if (y == missing)
			continue
		point_x[++n] = 1 / (1 - q)
		point_y[n] = y
		point_is_full[n] = is_full[c, a, q] && (!is_difference || is_full[c, 1, q])
		furthest = max(furthest, point_x[n])
	}
	return n + 0
}

# Two blocks: what is supported, and its thin continuation, which starts where the first ends.
function curve_write(n, is_difference,    i, k, y, count)
{
	for (k = 0; k <= 1; k++) {
		count = 0
		for (i = 1; i <= n; i++) {
			if (k == 0 ? !point_is_full[i] : point_is_full[i] && (i == n || point_is_full[i + 1]))
				continue
			y = point_y[i]
			# beyond its panel a curve ends: along the edge it would look level
			if (is_difference && abs(y) > edge)
				print "" > data
			else
				print point_x[i], y > data
			count++
		}
		if (count == 0)
			print missing, missing > data
		print "\n" > data
	}
}

function difference_range(c,    a, i, n)
{
	reach_count = 0
	for (a = 2; a <= arms; a++) {
		n = curve_points_of(c, a, 1)
		for (i = 1; i <= n; i++)
			if (point_is_full[i])
				reach_add(point_y[i])
	}
	reach_set(1, 1.02)
}

function cell_place_at(c, x, y, is_left, is_lowest,    a, i, n, low, high)
{
	place_text(clip(cell_label[c], int(panel_width / 5.8)), x, y, "left", "@facet_text")
	place_text(clip(cell_place[c], int(panel_width / 5.2)), x, y + 14, "left", "@place_text")
	y += 26
	panel_add(x, x + panel_width, y, y + 110)
	for (a = 1; a <= arms; a++) {
		n = curve_points_of(c, a, 0)
		for (i = 1; i <= n; i++) {
			low = low == "" ? point_y[i] : min(low, point_y[i])
			high = max(high, point_y[i])
		}
		curve_write(n, 0)
	}
	range_set("panel", low, high, 2)
	print "panel_low[" panels "] = panel_min; panel_high[" panels "] = panel_max; panel_ticks[" panels "] = ''" > params
	y += 110 + 12
	panel_add(x, x + panel_width, y, y + 64)
	difference_range(c)
	for (a = 1; a <= arms; a++)
		curve_write(curve_points_of(c, a, 1), 1)
	print "panel_low[" panels "] = -edge; panel_high[" panels "] = edge; panel_ticks[" panels "] = \"" \
		change_ticks(64, 13) "\"" > params
	print "panel_is_left[" panels - 1 "] = " is_left "; panel_is_left[" panels "] = " is_left \
		"; panel_is_lowest[" panels - 1 "] = 0; panel_is_lowest[" panels "] = " is_lowest > params
}

END {
	sort_list(percentiles, percentile_total, percentile_value)
	choose_cells()
	if (chosen_total == 0) {
		answer("none", arms < 2 ? "it takes two results or more" : "no pingpong cell has percentiles in the first result and another")
		exit
	}
	columns = min(4, chosen_total)
	panel_width = int((page_width - 2 * page_margin) / columns) - 70
	n = 2 * chosen_total
	print "arms = " arms > params
	print "array panel_low[" n "]; array panel_high[" n "]; array panel_ticks[" n "]" > params
	print "array panel_is_left[" n "]; array panel_is_lowest[" n "]" > params
	panels_reserve(n)
	y = place_title("Percentiles, and how far they differ", untrusted_text() \
		"Round trip, closed loop, one message in flight; all runs of a cell merged. Below: each percentile against that of " \
		clip(arm_label[1], 40) ". A level difference is a change of every message, a slope one of the tail; a curve that leaves its panel is beyond it.")
	legend_start(y + 4)
	legend_arms("", "lw 1.6 dt arm_dash(%d) lc rgb arm_colour(%d)")
	legend_add("supported by 100 messages or more", "", "lw 1.6 lc rgb '#444444'")
	legend_add("by 10 to 99", "", "lw 1.4 dt 3 lc rgb '#444444'")
	y = legend_end() + 14
	for (i = 1; i <= chosen_total; i++) {
		cell_place_at(chosen[i], page_margin + 62 + (i - 1) % columns * (panel_width + 70), y, (i - 1) % columns == 0, \
			i + columns > chosen_total)
		if (i % columns == 0 || i == chosen_total)
			y += 26 + 110 + 12 + 64 + 52
	}
	print "furthest = " furthest "; percentile_ticks = \"" percentile_ticks(panel_width, 1) "\"" > params
	print "percentile_marks = \"" unnamed(percentile_ticks(panel_width, 1)) "\"" > params
	notes = "No percentile here has an interval of its own: the figure of ratios and ipcmark compare say what is proven."
	if (candidates > chosen_total)
		notes = notes " Shown are the " chosen_total " of " candidates " cells whose medians differ most."
	place_caption(y - 8, notes " Every panel has its own vertical range.")
	answer("draw", "percentile curves and their difference from " clip(arm_label[1], 40))
}
