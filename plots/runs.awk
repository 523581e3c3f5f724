# What the figures of single runs share: of each cell the median of its runs and every run's own figure, which is
# the p50 of a round trip or the rate of a stream; paced cells have a figure of their own.

BEGIN { most_cells = 60 }

function headline(    pattern)
{
	pattern = field("pattern")
	return is_round_trip() ? "rtt_ns.p50" : pattern == "stream" ? "messages_per_s" : ""
}

table == "cells" && headline() != "" && field("metric") == headline() && field("estimate") + 0 > 0 {
	c = cell_of(field("cell"))
	a = arm_of(field("file"))
	cell_median[c, a] = field("estimate") + 0
	cell_low[c, a] = number_or_missing(field("ci_low"))
	cell_high[c, a] = number_or_missing(field("ci_high"))
	if (has_flag(field("flags"), "drifting") || has_flag(field("flags"), "multimodal"))
		cell_is_unsteady[c, a] = any_unsteady = 1
}

table == "runs" && headline() != "" && (field("cell") in cell_number) && field(headline()) + 0 > 0 {
	c = cell_of(field("cell"))
	a = arm_of(field("file"))
	if (!((c, a) in cell_median))
		next
	n = ++cell_runs[c, a]
	run_value[c, a, n] = field(headline()) + 0
	run_block[c, a, n] = field("block") + 0
	run_is_good[c, a, n] = field("status") == "ok"
	any_bad = any_bad || field("status") != "ok"
	last_block = max(last_block, field("block") + 0)
}

function cell_of(name,    group)
{
	if (!(name in cell_number)) {
		cell_number[name] = ++cells
		cell_mechanism[cells] = mechanism_of(field("transport"), field("wait"), name)
		cell_is_rate[cells] = field("pattern") == "stream"
		placement_class[place_of_cell()] = field("class")
		group = (cell_is_rate[cells] ? "Throughput" : "Round trip, p50") ", " size_text(field("size_bytes")) "; " \
			placement_title(place_of_cell())
		if (!(group in group_number)) {
			group_number[group] = ++groups
			group_title[groups] = group
		}
		cell_group[cells] = group_number[group]
	}
	return cell_number[name]
}

# How far the runs of a cell lie apart, in any arm.
function spread_of(c,    a, i, spread)
{
	for (a = 1; a <= arms; a++)
		for (i = 1; i <= cell_runs[c, a]; i++)
			spread = max(spread, abs(log(run_value[c, a, i] / cell_median[c, a])))
	return spread + 0
}

# Those whose runs lie furthest apart, where there are too many cells.
function choose_cells(    c, n, list, order)
{
	for (c = 1; c <= cells; c++) {
		list[++n] = c
		order[c] = -spread_of(c)
	}
	sort_list(list, n, order)
	for (c = 1; c <= n && c <= most_cells; c++) {
		is_chosen[list[c]] = 1
		chosen++
	}
}

function value_text(c, value)
{
	if (value == missing)
		return "—"
	return cell_is_rate[c] ? rate_text(value) "/s" : duration(value)
}
