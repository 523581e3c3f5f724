# What ratios.gp draws: a forest plot of a comparison: one row a cell with the ratio of each new arm to the base,
# its 95 % interval, the margin within which a change does not matter, and the verdict, in words too. The figures
# are those that a reader looks at first: medians and throughput. Beside them the noise that the A/A cells show.

BEGIN {
	verdicts = split("regression improvement small same inconclusive", verdict_name, " ")
	for (i = 1; i <= verdicts; i++)
		verdict_code[verdict_name[i]] = i
	heading["rtt_ns.p50"] = "Round trip, p50"
	heading["response_ns.p50"] = "Response at a paced load, p50"
	heading["messages_per_s"] = "Throughput"
}

table == "cells" { placement_class[place_of_cell()] = field("class") }

table == "comparison" && (field("metric") in heading) {
	n = ++rows
	split(field("cell"), part, "/")
	row_panel[n] = panel_of(field("metric"), part[4], placement_of(part[5], cell_condition(field("cell"))))
	row_label[n] = row_label_of(field("cell"), part)
	row_new[n] = new_arm_of(field("arm"))
	base_label = field("base_label")
	row_base[n] = field("base") == "" ? "—" : field("unit") == "ns" ? duration(field("base")) : \
		rate_text(field("base")) "/s"
	row_verdict[n] = field("verdict")
	row_ratio[n] = logarithm(field("ratio"))
	row_low[n] = logarithm(field("ci95_low"))
	row_high[n] = logarithm(field("ci95_high"))
	row_margin[n] = log(1 + field("margin"))
	any_verdict[field("verdict")] = 1
	any_interval = any_interval || field("ci95_low") != ""
	least_margin = least_margin == "" ? field("margin") + 0 : min(least_margin, field("margin"))
	most_margin = max(most_margin, field("margin") + 0)
}

function panel_of(metric, size, place,    key)
{
	key = metric SUBSEP size SUBSEP place
	if (!(key in group_number)) {
		group_number[key] = ++groups
		group_title[groups] = heading[metric] ", " size_text(bytes_of(size)) "; " placement_title(place)
		group_better[groups] = metric == "messages_per_s" ? "right is faster" : "left is faster"
	}
	return group_number[key]
}

function bytes_of(size)
{
	return size ~ /K$/ ? size * 1024 : size ~ /M$/ ? size * 1048576 : size + 0
}

# The mechanism, and the load where there is one: it sets the rows of a mechanism apart.
function row_label_of(cell, part,    text)
{
	text = mechanism_label[mechanism_of(part[2], part[3], cell)]
	if (axis("load") != "")
		text = text " at " axis("load")
	if (axis("rate") != "")
		text = text " at " axis("rate") "/s"
	return text
}

function new_arm_of(label)
{
	if (!(label in new_arm_number)) {
		new_arm_number[label] = ++new_arms
		new_arm_label[new_arms] = label
	}
	return new_arm_number[label]
}

# The half of the A/A interval of any arm, as a logarithm: what the machine does by itself.
function noise_of_arms(    a, half)
{
	for (a = 1; a <= arms; a++)
		if (condition[a, "a_a.ci_low"] != "" && condition[a, "a_a.ci_low"] + 0 > 0)
			half = max(half, log(condition[a, "a_a.ci_high"] / condition[a, "a_a.ci_low"]) / 2)
	return half + 0
}

# Whether a row reaches beyond the axis on one side: -1 the left, 1 the right.
function is_cut(i, side)
{
	return row_ratio[i] != missing && (side * row_ratio[i] > edge || \
		(row_low[i] != missing && side * (side < 0 ? row_low[i] : row_high[i]) > edge))
}

function row_place(i, y, is_first)
{
	print y, clamp(row_ratio[i]), clamp(row_low[i]), clamp(row_high[i]), verdict_code[row_verdict[i]], \
		clamp(row_margin[i]), lane / 2 > data
	place_rule(left, right, y, "#efefef")
	if (is_cut(i, -1))
		place_inside("◂", left - 2, y, "right", "@row_text")
	if (is_cut(i, 1))
		place_inside("▸", right + 2, y, "left", "@row_text")
	if (is_first)
		place_text(row_base[i], column_base, y, "right", "@faint_text")
	place_text(change_text(row_ratio[i]), column_change, y, "right", "@value_text")
	place_text(row_verdict[i] == "regression" ? "REGRESSION" : row_verdict[i], column_verdict, y, "left", \
		row_verdict[i] == "same" ? "@faint_text" : "@value_text")
}

# The rows of a group, a lane for each arm; gives the y below them.
function group_place(g, top,    i, y, last, height, bottom)
{
	for (i = 1; i <= rows; i++)
		if (row_panel[i] == g) {
			height += lane + (row_label[i] != last) * gap
			last = row_label[i]
		}
	bottom = top + 8 + height
	panel_add(left, right, top, bottom)
	last = ""
	y = top + 4 - lane / 2
	for (i = 1; i <= rows; i++) {
		if (row_panel[i] != g)
			continue
		y += lane + (row_label[i] != last) * gap
		if (row_label[i] != last)
			place_text(clip(row_label[i], label_room), column_label, y, "right", "@row_text")
		if (new_arms > 1)
			place_text(lane_name[row_new[i]], left - 8, y, "right", "@faint_text")
		row_place(i, y, row_label[i] != last)
		last = row_label[i]
	}
	print "\n" > data
	place_text(group_title[g], page_margin, top - 12, "left", "@panel_text")
	place_text("base", column_base, top - 10, "right", "@small_text")
	place_text("change", column_change, top - 10, "right", "@small_text")
	place_text("verdict", column_verdict, top - 10, "left", "@small_text")
	place_text(group_better[g], right, top - 10, "right", "@faint_text")
	return bottom
}

function legend_place(y,    i)
{
	legend_start(y)
	for (i = 1; lanes_are_numbered && i <= new_arms; i++)
		legend_add(lane_name[i] ": " new_arm_label[i], "", "")
	if (lanes_are_numbered)
		legend_start(legend_end())
	for (i = 1; i <= verdicts; i++)
		if (verdict_name[i] in any_verdict)
			legend_add(verdict_name[i], sprintf("pt verdict_shape(%d) ps verdict_size(%d) lc rgb verdict_colour(%d)", i, i, i), "")
	legend_add("margin " percent_text(least_margin) (most_margin > least_margin * 1.001 ? " to " \
		percent_text(most_margin) : "") ": does not matter", "", "lw 10 lc rgb margin_colour")
	if (noise > 0)
		legend_add("A/A noise ±" percent_text(exp(noise) - 1), "", "lw 10 lc rgb noise_colour")
	return legend_end()
}

function against_text(    i, text)
{
	for (i = 1; i <= new_arms; i++)
		text = text (i > 1 ? ", " : "") new_arm_label[i]
	return text " against " base_label
}

# Lanes have room for short names only; where one is longer all have numbers, which the legend tells.
function name_lanes(    i)
{
	for (i = 1; i <= new_arms; i++)
		if (text_length(new_arm_label[i]) > 14)
			lanes_are_numbered = new_arms > 1
	for (i = 1; i <= new_arms; i++)
		lane_name[i] = lanes_are_numbered ? "new " i : new_arm_label[i]
}

END {
	if (rows == 0) {
		answer("none", ENVIRON["not_compared"] != "" ? ENVIRON["not_compared"] : "no median or throughput in both results")
		exit
	}
	for (i = 1; i <= rows; i++)
		label_length = max(label_length, text_length(row_label[i]))
	label_room = min(label_length, 34)
	column_label = page_margin + int(label_room * 6.4)
	left = column_label + (new_arms > 1 ? 100 : 8) + 10
	column_verdict = page_width - page_margin - 92
	column_change = column_verdict - 14
	column_base = column_change - 78
	right = column_base - 74
	lane = new_arms > 1 ? 15 : 18
	gap = new_arms > 1 ? 7 : 0
	noise = noise_of_arms()
	for (i = 1; i <= rows; i++)
		if (row_ratio[i] != missing)
			reach_add(max(abs(row_ratio[i]), row_low[i] == missing ? 0 : max(abs(row_low[i]), abs(row_high[i]))))
	reach_set(0.9, 1.08)
	print "noise = " noise > params
	print "change_ticks = \"" change_ticks(right - left, 46) "\"" > params
	panels_reserve(groups)
	name_lanes()
	title = against_text() ": change of every cell"
	if (text_length(title) > 70) {
		title = "Change of every cell"
		subject = (lanes_are_numbered ? "Against " base_label : against_text()) ". "
	}
	y = place_title(title, untrusted_text() subject \
		"Ratio of run medians and rates (Hodges-Lehmann over runs) on a logarithmic axis" \
		(any_interval ? "; bars are 95 % confidence intervals" : "") \
		". A verdict needs significance over the whole comparison, and for a change the margin.")
	y = legend_place(y + 4) + 24
	for (g = 1; g <= groups; g++)
		y = group_place(g, y) + 54
	notes = "Margin: a change within it does not matter; where an interval is too wide to lie within or beyond it, the cell " \
		"is inconclusive, which is neither pass nor fail."
	if (noise > 0)
		notes = notes " A/A noise: half of the 95 % interval between two registrations of one cell."
	place_caption(y - 6, notes)
	answer("draw", "change of medians and throughput, " clip(against_text(), 80))
}
