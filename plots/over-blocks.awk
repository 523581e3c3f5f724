# What over-blocks.gp draws: a small panel for each cell with the figure of every run over the blocks, in the order
# in which they were run, as changes from the cell's median: a drift of the machine would show as a slope, a
# disturbance as a step.

function change_of(c, a, i) { return log(run_value[c, a, i] / cell_median[c, a]) }

function series_write(c, a,    i, list, block, x, n, beyond)
{
	n = cell_runs[c, a] + 0
	for (i = 1; i <= n; i++) {
		list[i] = i
		block[i] = run_block[c, a, i]
	}
	sort_list(list, n, block)
	for (i = 1; i <= n; i++) {
		x = change_of(c, a, list[i])
		beyond = abs(x) > edge ? (x < 0 ? -1 : 1) : 0
		print block[list[i]], clamp(x), run_is_good[c, a, list[i]], beyond > data
	}
	if (n == 0)
		print missing, missing, 0, 0 > data
	print "\n" > data
}

function cell_place(c, x, y, is_left, is_lowest,    a, unsteady)
{
	panel_add(x, x + panel_width, y, y + panel_height)
	print "panel_is_left[" panels "] = " is_left "; panel_is_lowest[" panels "] = " is_lowest \
		"; panel_transport[" panels "] = " quote(mechanism_transport[cell_mechanism[c]]) > params
	for (a = 1; a <= arms; a++) {
		series_write(c, a)
		unsteady = unsteady || cell_is_unsteady[c, a]
	}
	place_text(clip(mechanism_label[cell_mechanism[c]], int(panel_width / 5.4) - 1) (unsteady ? " †" : ""), x, y - 9, \
		"left", "@facet_text")
}

function group_place(g, y,    c, list, n, i, rows)
{
	for (c = 1; c <= cells; c++)
		if (cell_group[c] == g && is_chosen[c])
			list[++n] = c
	if (n == 0)
		return y
	place_text(group_title[g], page_margin, y + 8, "left", "@panel_text")
	y += 40
	rows = int((n + columns - 1) / columns)
	for (i = 1; i <= n; i++) {
		cell_place(list[i], page_margin + axis_room + (i - 1) % columns * (panel_width + 14), y, (i - 1) % columns == 0, \
			i + columns > n)
		if (i % columns == 0 || i == n)
			y += panel_height + 28
	}
	return y + 22
}

END {
	for (c = 1; c <= cells; c++)
		for (a = 1; a <= arms; a++)
			most_runs = max(most_runs, cell_runs[c, a])
	if (most_runs < 2) {
		answer("none", cells == 0 ? "no cell has a median or a rate" : "one run of each cell: nothing to follow over blocks")
		exit
	}
	choose_cells()
	for (c = 1; c <= cells; c++)
		for (a = 1; a <= arms && is_chosen[c]; a++)
			for (i = 1; i <= cell_runs[c, a]; i++)
				reach_add(change_of(c, a, i))
	reach_set(0.95, 1.05)
	columns = 6
	axis_room = 56
	panel_width = int((page_width - 2 * page_margin - axis_room - (columns - 1) * 14) / columns)
	panel_height = 62
	print "arms = " arms "; last_block = " max(1, last_block) > params
	ticks = change_ticks(panel_height, 12)
	print "change_ticks = \"" ticks "\"; change_marks = \"" unnamed(ticks) "\"" > params
	print "array panel_is_left[" chosen "]; array panel_is_lowest[" chosen "]; array panel_transport[" chosen "]" > params
	panels_reserve(chosen)
	y = place_title("Runs over blocks", \
		"The p50 or the rate of each run as a change from the median of its cell, in the order in which the blocks were " \
		"run. A slope is a drift of the machine, a step a disturbance.")
	legend_start(y + 4)
	if (arms > 1)
		legend_arms("pt arm_shape(%d) ps S(0.6) lc rgb arm_colour(%d)", "lw 1 lc rgb arm_colour(%d)")
	if (any_bad)
		legend_add("run left out", "pt 2 ps S(0.7) lc rgb '#999999'", "")
	y = legend_end() + 10
	for (g = 1; g <= groups; g++)
		y = group_place(g, y)
	notes = "All panels have one vertical range, a change on a logarithmic axis; a triangle at the edge lies beyond it."
	if (chosen < cells)
		notes = notes " Shown are the " chosen " of " cells " cells whose runs lie furthest apart."
	if (any_unsteady)
		notes = notes " †: drifting within runs, or in two regimes."
	place_caption(y, notes)
	answer("draw", "p50 or rate of the runs over the blocks")
}
