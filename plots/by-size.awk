# What round-trip-by-size.gp and throughput-by-size.gp draw: a value against the message size, one curve for
# each mechanism with at least two sizes, intervals over runs. For throughput also what was lost on the way.

BEGIN {
	is_rate = figure ~ /^throughput/
	wanted_metric = is_rate ? "bytes_per_s" : "rtt_ns.p50"
}

table == "cells" && field("pattern") == figure_pattern && field("status") == "ok" {
	metric = field("metric")
	if (metric != wanted_metric && metric != "loss_ratio")
		next
	key = field("file") SUBSEP field("cell")
	if (metric == "loss_ratio") {
		loss[key] = field("estimate") + 0
		next
	}
	size = field("size_bytes") + 0
	value = field("estimate") + 0
	if (size <= 0 || value <= 0)
		next
	n = ++points
	point_size[n] = size
	point_y[n] = value
	point_low[n] = number_or_missing(field("ci_low"))
	point_high[n] = number_or_missing(field("ci_high"))
	point_arm[n] = arm_of(field("file"))
	point_mechanism[n] = mechanism_of(field("transport"), field("wait"), field("cell"))
	point_placement[n] = place_of_cell()
	placement_class[point_placement[n]] = field("class")
	point_key[n] = key
	flags = field("flags")
	point_is_batched[n] = !is_rate && is_batched(flags)
	point_is_unsteady[n] = has_flag(flags, "drifting") || has_flag(flags, "multimodal") || \
		has_flag(flags, "low_confidence")
	mechanism_key = point_placement[n] SUBSEP point_mechanism[n] SUBSEP point_arm[n]
	point_curve[n] = mechanism_key
	sizes_of[mechanism_key]++
	if (!(size in size_known)) {
		size_known[size] = size
		sizes[++size_total] = size
	}
}

function loss_of(n) { return (point_key[n] in loss) ? loss[point_key[n]] : 0 }

function percent(ratio)
{
	if (ratio < 0.001)
		return "under 0.1 %"
	return ratio < 0.0995 ? sprintf("%.1f %%", 100 * ratio) : sprintf("%.0f %%", 100 * ratio)
}

# The horizontal axis, once plot_width is known: the natural logarithm of the size at its left end, and what a pixel
# adds to it.
function axis_place(    margin)
{
	margin = min(14 + (any_interval ? 2 * (is_faceted() ? arms : most_facets) : 0), plot_width / 4)
	size_step = log(sizes[size_total] / sizes[1]) / (plot_width - 2 * margin)
	size_start = log(sizes[1]) - margin * size_step
}

# Where there are intervals, the points that several curves have for a size stand side by side: how many pixels
# the curve that is written now stands to the right of the size.
function shift_of(    i, nearest)
{
	if (!any_interval)
		return 0
	nearest = plot_width
	for (i = 2; i <= size_total; i++)
		nearest = min(nearest, log(sizes[i] / sizes[i - 1]) / size_step)
	return (list_place - (list_length + 1) / 2) * min(4, 0.4 * nearest / list_length)
}

function curve_write(c,    i, n, x, list, is_hollow, hollow, barred)
{
	for (i = 1; i <= curve_points[c]; i++)
		list[i] = curve_point[c, i]
	sort_list(list, curve_points[c], point_size)
	axis_place()
	x = exp(shift_of() * size_step)
	for (i = 1; i <= curve_points[c]; i++) {
		n = list[i]
		is_hollow = point_is_batched[n] || loss_of(n) >= 0.001
		hollow = hollow || is_hollow
		barred = barred || point_low[n] != missing
		print point_size[n] * x, point_y[n], point_low[n], point_high[n], is_hollow > data
	}
	print "\n" > data
	print "curve_hollow[" written "] = " hollow + 0 "; curve_barred[" written "] = " barred + 0 > params
}

function point_add(i,    c, m)
{
	m = point_mechanism[i]
	if (mechanism_transport[m] == "null")
		return
	if (sizes_of[point_curve[i]] < 2) {
		is_single[point_placement[i], m] = 1
		return
	}
	c = curve_add(point_placement[i], m, point_arm[i])
	curve_point[c, ++curve_points[c]] = i
	curve_span(c, point_y[i])
	curve_span(c, point_low[i])
	curve_span(c, point_high[i])
	if (!(c in end_size) || point_size[i] > end_size[c]) {
		end_size[c] = point_size[i]
		curve_end[c] = point_y[i]
	}
	any_interval = any_interval || point_low[i] != missing
	any_batched = any_batched || point_is_batched[i]
	if (point_is_unsteady[i]) {
		any_unsteady = 1
		curve_mark[c] = " †"
	}
	if (loss_of(i) > curve_loss[c] + 0) {
		curve_loss[c] = loss_of(i)
		curve_suffix[c] = " (" (loss_of(i) < 0.001 ? "" : "up to ") percent(loss_of(i)) " lost)"
		any_loss = any_loss || loss_of(i) >= 0.001
	}
}

# What has no curve: whole placements, and mechanisms of the others.
function single_text(    i, m, p, list, one, all)
{
	sorted_placements(list)
	for (i = 1; i <= placements; i++) {
		p = list[i]
		one = ""
		for (m = 1; m <= mechanisms; m++)
			if (((p, m) in is_single) && !((p, m) in facet_known))
				one = one (one == "" ? "" : ", ") mechanism_label[m]
		if (one == "")
			continue
		if (facet_count[p] == 0)
			one = "all of " placement_name[p]
		else if (placements > 1)
			one = "of " placement_name[p] " " one
		all = all (all == "" ? "" : "; ") one
	}
	return all == "" ? "" : "One size only, so without a curve: " all "."
}

# As many of the sizes as have room for their names below the axis.
function size_ticks(    i, x, last, text)
{
	last = -1000
	for (i = 1; i <= size_total; i++) {
		x = log(sizes[i] / sizes[1]) / size_step
		text = text (i == 1 ? "" : ", ") "'" (x - last >= 48 ? size_text(sizes[i]) : "") "' " sizes[i]
		if (x - last >= 48)
			last = x
	}
	return text " "
}

function marks_legend()
{
	if (any_batched)
		legend_add("hollow: mean of batches", "pt 6 ps S(0.9) lc rgb '#444444'", "")
	if (any_loss)
		legend_add("hollow: messages were lost", "pt 6 ps S(0.9) lc rgb '#444444'", "")
	if (any_unsteady)
		legend_add("†: drifting, in two regimes, or low confidence, at one size or more", "", "")
}

# Null stands in words: drawn, it would push the others together. Of each result its smallest size.
function null_sentence(    i, a, smallest, list)
{
	for (i = 1; i <= points; i++) {
		a = point_arm[i]
		if (mechanism_transport[point_mechanism[i]] == "null" && \
		    (!(a in smallest) || point_size[i] < point_size[smallest[a]]))
			smallest[a] = i
	}
	for (a in smallest) {
		i = smallest[a]
		list[a] = is_rate ? three_digits(point_y[i] / point_size[i] / 1e6) " million messages/s, without copying" : \
			duration(point_y[i])
	}
	return null_text(list)
}

END {
	if (failed)
		exit 2
	OFS = "\t"
	data = figure ".dat"
	for (i = 1; i <= points; i++)
		point_add(i)
	if (curves == 0) {
		answer("none", points == 0 ? \
			(is_rate ? "no stream cell has a throughput" : "no pingpong cell has a p50") : "no cell has more than one size")
		exit
	}
	sort_list(sizes, size_total, size_known)
	print "array curve_hollow[" curves "]; array curve_barred[" curves "]" > params
	if (is_rate)
		y = place_title("Throughput by message size", \
			"Saturated stream, what the receiver got; " bars_text(any_interval) ". Both axes are logarithmic.")
	else
		y = place_title("Round trip by message size", \
			"Closed loop, one message in flight; median (p50), " bars_text(any_interval) ". Both axes are logarithmic.")
	legend_start(y + 4)
	legend_arms("pt arm_shape(%d) ps S(0.9) lc rgb arm_colour(%d)", "lw 1.6 dt arm_dash(%d) lc rgb arm_colour(%d)")
	marks_legend()
	y = curves_place(legend_end() + 4)
	print "size_low = " exp(size_start) "; size_high = " exp(size_start + plot_width * size_step) > params
	print "ticks_of_size = " "\"" size_ticks() "\"" > params
	if (any_interval && any_beside)
		notes = "The points of one size stand side by side so that their bars can be told apart. "
	notes = notes single_text() ranges_text() null_sentence() unmeasured_text()
	place_caption(y, notes)
	answer("draw", is_rate ? "throughput in bytes/s against message size" : "round trip p50 against message size")
}
