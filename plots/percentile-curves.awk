# What percentile-curves.gp draws: round-trip time against percentile, from the merged histograms of one
# message size. A curve goes as far as messages support it: `low` is drawn as thin dots, `none` not at all, and
# a batched cell has no curve, for its percentiles are those of batches.

table == "cells" && is_round_trip() && is_batched(field("flags")) {
	m = mechanism_of(field("transport"), field("wait"), field("cell"))
	batched[field("file"), field("cell")] = 1
	if (!(m in batched_known) && mechanism_transport[m] != "null") {
		batched_known[m] = 1
		batched_text = batched_text (batched_text == "" ? "" : ", ") mechanism_label[m]
	}
}

table == "percentiles" && is_round_trip() {
	q = field("percentile") + 0
	value = field("value_ns") + 0
	if (field("support") == "none" || q >= 1 || value <= 0 || ((field("file"), field("cell")) in batched))
		next
	if (field("transport") == "null") {
		if (q == 0.5 && !((field("size_bytes"), arm_of(field("file"))) in null_p50))
			null_p50[field("size_bytes"), arm_of(field("file"))] = duration(value)
		next
	}
	n = ++points
	point_x[n] = 1 / (1 - q)
	point_y[n] = value
	point_is_low[n] = field("support") == "low"
	point_size[n] = field("size_bytes")
	point_arm[n] = arm_of(field("file"))
	point_mechanism[n] = mechanism_of(field("transport"), field("wait"), field("cell"))
	point_placement[n] = place_of_cell()
	placement_class[point_placement[n]] = field("class")
	if (!(field("size_bytes") in size_count))
		sizes[++size_total] = field("size_bytes")
	if (q == 0)
		size_count[field("size_bytes")]++
}

# Two blocks: what is supported, and its thin continuation, which starts where the first ends.
function curve_write(c,    i, n, block, last_full)
{
	block = ""
	for (i = 1; i <= curve_points[c]; i++) {
		n = curve_point[c, i]
		if (point_is_low[n])
			break
		print point_x[n], point_y[n] > data
		print point_x[n], point_y[n] > context
		last_full = n
	}
	print "curve_full[" written "] = " i - 1 "; curve_low[" written "] = " curve_points[c] - i + 1 > params
	if (last_full == "")
		print missing, missing > data
	print "\n" > data
	if (last_full != "")
		print point_x[last_full], point_y[last_full] > data
	if (i > curve_points[c])
		print missing, missing > data
	for (; i <= curve_points[c]; i++)
		print point_x[curve_point[c, i]], point_y[curve_point[c, i]] > data
	print "\n" > data
	print "" > context
}

function end_pixel(c)
{
	return plot_width * log(point_x[curve_point[c, curve_points[c]]]) / log(furthest * 1.15)
}

END {
	if (points == 0) {
		answer("none", "no pingpong cell has percentiles that its messages support")
		exit
	}
	best_size = choose_size(size_count, sizes, size_total)
	for (a = 1; a <= arms; a++)
		if ((best_size, a) in null_p50)
			nulls[a] = "p50 " null_p50[best_size, a]
	for (i = 1; i <= points; i++) {
		if (point_size[i] != best_size)
			continue
		c = curve_add(point_placement[i], point_mechanism[i], point_arm[i])
		curve_point[c, ++curve_points[c]] = i
		curve_end[c] = point_y[i]
		curve_span(c, point_y[i])
		any_low = any_low || point_is_low[i]
		furthest = max(furthest, point_x[i])
	}
	print "furthest = " furthest > params
	curve_arrays = "full low"
	y = place_title("Round-trip percentiles, " size_text(best_size) " messages", \
		"Closed loop, one message in flight; all runs of a cell merged. " \
		"A level stretch is a steady mechanism, a rise to the right its tail.")
	legend_start(y + 4)
	legend_arms("pt arm_shape(%d) ps S(0.9) lc rgb arm_colour(%d)", "lw 1.6 dt arm_dash(%d) lc rgb arm_colour(%d)")
	legend_add("supported by 100 messages or more", "", "lw 1.6 lc rgb '#444444'")
	if (any_low)
		legend_add("by 10 to 99 messages", "", "lw 1.4 dt 3 lc rgb '#444444'")
	y = curves_place(legend_end() + 4)
	print "percentile_ticks = " "\"" percentile_ticks(plot_width, plot_width < 400) "\"" > params
	notes = "Support is the number of messages beyond a percentile; a curve ends where it has fewer than 10."
	if (batched_text != "")
		notes = notes " Without a curve, since the clock is too coarse to time one message: " batched_text "."
	notes = notes ranges_text() unnamed_text() null_text(nulls) unmeasured_text()
	place_caption(y, notes)
	answer("draw", "round-trip time against percentile, " size_text(best_size))
}
