# What a-a.gp draws: the controls of each result: the p50 of the control cell, of its second registration (A/A) and
# of the one with a spin that adds 5 %, block by block; and beside it each block's ratio to the cell, with the ratio
# and the interval that the result itself reports.

BEGIN {
	kinds = 2
	split("a-a positive", kind_axis, " ")
	split("a_a positive", kind_member, " ")
	kind_label[1] = "A/A: the same cell again"
	kind_label[2] = "the cell with a spin of 5 %"
}

table == "runs" && field("pattern") == "pingpong" && field("status") == "ok" && field("rtt_ns.p50") + 0 > 0 {
	a = arm_of(field("file"))
	id = field("cell")
	value[a, id, field("block")] = field("rtt_ns.p50") + 0
	last_block = max(last_block, field("block") + 0)
	if (axis("control") == "")
		next
	sub("/control=.*", "", id)
	control_cell[a] = id
	control_title[a] = mechanism_label[mechanism_of(field("transport"), field("wait"), id)] ", " \
		size_text(field("size_bytes")) "; " placement_title(place_of_cell())
	any_kind[a, axis("control")] = 1
}

function cell_id(a, k) { return control_cell[a] (k == 0 ? "" : "/control=" kind_axis[k]) }

function has_value(a, k, b) { return (a, cell_id(a, k), b) in value }

function value_of(a, k, b) { return value[a, cell_id(a, k), b] }

function ratio_of(a, k, b)
{
	return has_value(a, 0, b) && has_value(a, k, b) ? log(value_of(a, k, b) / value_of(a, 0, b)) : missing
}

function condition_of(a, k, name) { return condition[a, kind_member[k] "." name] }

# Up to five round values in a narrow range, with their units.
function time_ticks_of(low, high,    unit, name, step, i, v, text)
{
	unit = high < 999.5 ? 1 : high < 999500 ? 1e3 : 1e6
	name = unit == 1 ? " ns" : unit == 1e3 ? " us" : " ms"
	for (step = 1e-3; step * 5 < (high - low) / unit; step *= ++i % 3 == 2 ? 2.5 : 2)
		;
	for (v = (int(low / unit / step) + 1) * step; v <= high / unit; v += step)
		text = text (text == "" ? "" : ", ") sprintf("'%.9g%s' %.9g", v, name, v * unit)
	return text " "
}

# Times over blocks: a block of data for each of the three cells.
function times_place(a, x, y,    k, b, low, high)
{
	panel_add(x, x + times_width, y, y + height)
	for (k = 0; k <= kinds; k++) {
		for (b = 0; b <= last_block; b++)
			if (has_value(a, k, b)) {
				print b, value_of(a, k, b) > data
				low = low == "" ? value_of(a, k, b) : min(low, value_of(a, k, b))
				high = max(high, value_of(a, k, b))
			} else
				print missing, missing > data
		print "\n" > data
	}
	range_set("panel", low, high, 1.15)
	print "panel_low[" panels "] = panel_min; panel_high[" panels "] = panel_max; panel_ticks[" panels "] = \"" \
		time_ticks_of(range_low, range_high) "\"" > params
	place_text("p50 of each run", x, y - 10, "left", "@small_text")
}

# Ratios: a lane for each control with a dot a block, and its interval; then a block of data of the intervals.
function ratios_place(a, x, y,    k, b, lane)
{
	panel_add(x, x + ratios_width, y, y + height)
	for (k = 1; k <= kinds; k++) {
		lane = y + height * (k == 1 ? 0.33 : 0.75)
		place_inside(kind_label[k], x + 6, lane - 30, "left", "@small_text")
		place_inside(verdict_text(a, k), x + ratios_width - 4, lane - 30, "right", "@value_text")
		for (b = 0; b <= last_block; b++)
			print lane + (b - last_block / 2) * 14 / max(1, last_block), clamp(ratio_of(a, k, b)), k > data
	}
	print "\n" > data
	for (k = 1; k <= kinds; k++)
		print y + height * (k == 1 ? 0.33 : 0.75), clamp(logarithm(condition_of(a, k, "ratio"))), \
			clamp(logarithm(condition_of(a, k, "ci_low"))), clamp(logarithm(condition_of(a, k, "ci_high"))), k > data
	print "\n" > data
	place_text("each block's ratio to the cell", x, y - 10, "left", "@small_text")
}

function verdict_text(a, k,    text, low)
{
	if (condition_of(a, k, "verdict") == "")
		return "not run"
	text = condition_of(a, k, "verdict")
	low = logarithm(condition_of(a, k, "ci_low"))
	if (text == "differs" || text == "missed")
		text = toupper(text)
	return change_text(logarithm(condition_of(a, k, "ratio"))) \
		(low == missing ? "" : " [" change_text(low) ", " change_text(logarithm(condition_of(a, k, "ci_high"))) "]") ": " text
}

function arm_place(a, y)
{
	place_text((arms > 1 ? clip(arm_label[a], 40) ": " : "") control_title[a], page_margin, y, "left", "@panel_text")
	y += 36
	times_place(a, page_margin + 66, y)
	ratios_place(a, page_width - page_margin - ratios_width, y)
	return y + height + 62
}

END {
	for (a = 1; a <= arms; a++)
		if (((a, "a-a") in any_kind) || ((a, "positive") in any_kind))
			shown[++shown_total] = a
	if (shown_total == 0) {
		answer("none", "no result has controls; the presets ci and review measure them")
		exit
	}
	reach_add(log(1.05))
	for (i = 1; i <= shown_total; i++)
		for (k = 1; k <= kinds; k++)
			for (b = 0; b <= last_block; b++)
				reach_add(ratio_of(shown[i], k, b))
	reach_set(0.95, 1.07)
	height = 150
	times_width = 400
	ratios_width = 410
	print "change_ticks = \"" change_ticks(ratios_width, 46) "\"; last_block = " max(1, last_block) > params
	print "array panel_low[" 2 * shown_total "]; array panel_high[" 2 * shown_total "]; array panel_ticks[" 2 * shown_total "]" > params
	panels_reserve(2 * shown_total)
	y = place_title("Controls: what these results can tell", untrusted_text() \
		"One cell is measured twice, and a third time with a spin that adds 5 % to its consumer. The first two must not " \
		"differ, the third must be told apart, or no verdict from these results holds.")
	legend_start(y + 4)
	legend_add("the cell", "pt 7 ps S(0.9) lc rgb control_colour(0)", "")
	legend_add("the same again (A/A)", "pt 5 ps S(0.8) lc rgb control_colour(1)", "")
	legend_add("with 5 % more", "pt 9 ps S(1) lc rgb control_colour(2)", "")
	legend_add("ratio by Hodges-Lehmann, 95 % interval", "pt 3 ps hidden lc rgb '#1a1a1a'", "lw 2.2 lc rgb '#1a1a1a'")
	y = legend_end() + 16
	for (i = 1; i <= shown_total; i++)
		y = arm_place(shown[i], y)
	place_caption(y - 14, "Runs of one block stand together: what disturbs a block disturbs all three alike. The dashed line " \
		"is 5 %: what was put in.")
	answer("draw", "A/A and positive control, block by block")
}
