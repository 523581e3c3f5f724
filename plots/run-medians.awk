# What run-medians.gp draws: one row a cell, a dot for each of its runs, their median and its interval, all as
# changes from the median of the first arm that has one; beside them the median itself.

# The arm from which the changes of a cell are reckoned.
function reference_of(c,    a)
{
	for (a = 1; a <= arms; a++)
		if ((c, a) in cell_median)
			return cell_median[c, a]
	return missing
}

function change_of(c, value) { return value == missing ? missing : log(value / reference_of(c)) }

function lanes_of(c,    a, n)
{
	for (a = 1; a <= arms; a++)
		n += (c, a) in cell_median
	return n + 0
}

function lane_place(c, a, y,    i, x)
{
	x = change_of(c, cell_median[c, a])
	print y, clamp(x), clamp(change_of(c, cell_low[c, a])), clamp(change_of(c, cell_high[c, a])), \
		mechanism_transport[cell_mechanism[c]], a, lane / 2 - 2 > medians
	for (i = 1; i <= cell_runs[c, a]; i++) {
		x = change_of(c, run_value[c, a, i])
		print y, clamp(x), mechanism_transport[cell_mechanism[c]], a, run_is_good[c, a, i] > data
		if (abs(x) > edge)
			place_inside(x < 0 ? "◂" : "▸", x < 0 ? left - 2 : right + 2, y, x < 0 ? "right" : "left", "@faint_text")
	}
	place_rule(left, right, y, "#efefef")
	place_text((cell_is_unsteady[c, a] ? "†" : "") value_text(c, cell_median[c, a]), column_median, y, "right", \
		"@value_text")
	place_text(cell_low[c, a] == missing ? "—" : value_text(c, cell_low[c, a]) " to " value_text(c, cell_high[c, a]), \
		column_interval, y, "right", "@faint_text")
}

function group_place(g, top,    c, a, y, height, bottom)
{
	for (c = 1; c <= cells; c++)
		if (cell_group[c] == g && is_chosen[c])
			height += lanes_of(c) * lane + gap
	if (height == 0)
		return top
	bottom = top + 8 + height
	panel_add(left, right, top, bottom)
	y = top + 4 - lane / 2
	for (c = 1; c <= cells; c++) {
		if (cell_group[c] != g || !is_chosen[c] || lanes_of(c) == 0)
			continue
		place_text(clip(mechanism_label[cell_mechanism[c]], label_room), left - 12, y + (lanes_of(c) + 1) * lane / 2, \
			"right", "@row_text")
		for (a = 1; a <= arms; a++)
			if ((c, a) in cell_median)
				lane_place(c, a, y += lane)
		y += gap
	}
	print "\n" > data
	print "\n" > medians
	place_text(group_title[g], page_margin, top - 12, "left", "@panel_text")
	place_text("median", column_median, top - 10, "right", "@small_text")
	place_text("95 % interval", column_interval, top - 10, "right", "@small_text")
	return bottom + 54
}

function legend_place(y)
{
	legend_start(y)
	if (arms > 1)
		legend_arms("pt arm_shape(%d) ps S(0.7) lc rgb arm_colour(%d)", "")
	else
		legend_add("one run", "pt 7 ps S(0.7) lc rgb '#777777'", "")
	if (any_bad)
		legend_add("run left out", "pt 2 ps S(0.7) lc rgb '#999999'", "")
	legend_add("median", "pt 1 ps S(0.9) lw 2 lc rgb '#1a1a1a'", "")
	if (any_interval)
		legend_add("its 95 % interval", "", "lw 7 lc rgb interval_colour")
	return legend_end()
}

END {
	medians = figure ".medians"
	choose_cells()
	for (c = 1; c <= cells; c++) {
		if (!is_chosen[c])
			continue
		if (!(cell_group[c] in is_shown)) {
			is_shown[cell_group[c]] = 1
			shown++
		}
		label_length = max(label_length, text_length(mechanism_label[cell_mechanism[c]]))
		for (a = 1; a <= arms; a++) {
			any_interval = any_interval || ((c, a) in cell_low && cell_low[c, a] != missing)
			for (i = 1; i <= cell_runs[c, a]; i++)
				reach_add(change_of(c, run_value[c, a, i]))
			most_runs = max(most_runs, cell_runs[c, a])
		}
	}
	if (most_runs < 2) {
		answer("none", cells == 0 ? "no cell has a median or a rate" : "one run of each cell: nothing to set side by side")
		exit
	}
	label_room = min(label_length, 44)
	left = page_margin + int(label_room * 6.4) + 22
	column_interval = page_width - page_margin
	column_median = column_interval - 130
	right = column_median - 82
	lane = arms > 1 ? 14 : 18
	gap = arms > 1 ? 8 : 0
	reach_set(0.95, 1.05)
	print "arms = " arms "; change_ticks = \"" change_ticks(right - left, 46) "\"" > params
	panels_reserve(shown)
	y = place_title("Run medians, cell by cell", \
		"A dot for the p50 or the rate of each run, in fresh processes; how far it lies from the cell's median" \
		(arms > 1 ? " in the first result" : "") ", on a logarithmic axis" (any_interval ? "" : ", no intervals, which take 6 runs") "." \
		(chosen < cells ? " Shown are the " chosen " of " cells " cells whose runs lie furthest apart." : ""))
	y = legend_place(y + 4) + 24
	for (g = 1; g <= groups; g++)
		y = group_place(g, y)
	notes = "The run is the sample: what lies between runs is what a comparison has to overcome."
	if (any_bad)
		notes = notes " Runs left out were disturbed, and do not count for the median."
	if (chosen < cells)
		notes = notes " The medians of all cells are in ipcmark show, their runs in ipcmark export --table runs; of cells " \
			"measured by themselves (ipcmark run -c) a figure shows up to " most_cells "."
	if (any_unsteady)
		notes = notes " †: drifting, or in two regimes."
	place_caption(y - 6, notes)
	answer("draw", "median of every run, cell by cell")
}
