# What latency-against-load.gp draws: response time, from when a message was due, against the rate at which messages
# are due, one curve a mechanism, for each placement a panel of p50 and one of p99. Where the backlog grows there are
# no quantiles: the rate is marked at the panel's top. Where the sender could not keep the schedule the point is hollow.

table == "cells" && field("pattern") == "paced" && field("status") == "ok" && \
	(field("metric") == "response_ns.p50" || field("metric") == "response_ns.p99") && field("rate_per_s") + 0 > 0 {
	n = ++points
	quantile = substr(field("metric"), length("response_ns.") + 1)
	point_x[n] = field("rate_per_s") + 0
	point_y[n] = field("estimate") == "" ? missing : field("estimate") + 0
	point_low[n] = number_or_missing(field("ci_low"))
	point_high[n] = number_or_missing(field("ci_high"))
	point_is_unstable[n] = has_flag(field("flags"), "unstable")
	point_is_limited[n] = has_flag(field("flags"), "generator_limited")
	point_arm[n] = arm_of(field("file"))
	point_mechanism[n] = mechanism_of(field("transport"), field("wait"), field("cell"))
	point_panel[n] = quantile_panel(quantile)
	point_size[n] = field("size_bytes")
	if (!(field("size_bytes") in size_count))
		sizes[++size_total] = field("size_bytes")
	size_count[field("size_bytes")]++
	if (axis("load") != "" && !(axis("load") in load_known)) {
		load_known[axis("load")] = 1
		loads[++load_total] = load_total
		load_percent[load_total] = axis("load") + 0
	}
}

# A quantile of a placement is a panel: to curves.awk another placement, next to its own.
function quantile_panel(quantile,    base, p)
{
	base = place_of_cell()
	p = placement_of(placement_base[base], ", " quantile placement_condition[base])
	placement_class[p] = field("class")
	placement_suffix[p] = ", " quantile
	placement_condition[p] = placement_condition[base]
	placement_rank[p] = placement_rank[base] + (quantile == "p50" ? 0.01 : 0.02)
	return p
}

function point_add(n,    c)
{
	if (point_size[n] != best_size || mechanism_transport[point_mechanism[n]] == "null")
		return
	if (point_y[n] == missing && !point_is_unstable[n]) {
		point_absent(n)
		return
	}
	c = curve_add(point_panel[n], point_mechanism[n], point_arm[n])
	curve_point[c, ++curve_points[c]] = n
	curve_span(c, point_y[n])
	curve_span(c, point_low[n])
	curve_span(c, point_high[n])
	if (!(c in end_x) || point_x[n] > end_x[c]) {
		end_x[c] = point_x[n]
		curve_end[c] = point_y[n] == missing ? 1e300 : point_y[n]
	}
	lowest_rate = lowest_rate == "" ? point_x[n] : min(lowest_rate, point_x[n])
	highest_rate = max(highest_rate, point_x[n])
	any_interval = any_interval || (point_y[n] != missing && point_low[n] != missing)
	any_unstable = any_unstable || point_y[n] == missing
	any_limited = any_limited || (point_y[n] != missing && point_is_limited[n])
}

# A median that is missing takes the quantiles above it with it.
function point_absent(n,    key)
{
	key = point_arm[n] SUBSEP point_mechanism[n] SUBSEP point_x[n]
	if ((key in is_absent) || placement_suffix[point_panel[n]] != ", p50")
		return
	is_absent[key] = 1
	if (++absent_total <= 6)
		absent_list = absent_list (absent_total == 1 ? "" : ", ") mechanism_label[point_mechanism[n]] " at " \
			rate_name(sprintf("%.2g", point_x[n]) + 0)
}

function absent_text()
{
	if (absent_total == 0)
		return ""
	return "Without a point: " absent_list (absent_total > 6 ? ", ..." : "") \
		" (in more than a tenth of the runs the backlog grew, or times were too near to what the clocks differ). "
}

# Two blocks: the points with a quantile, and those at the top without.
function curve_write(c,    i, n, list, good)
{
	for (i = 1; i <= curve_points[c]; i++)
		list[i] = curve_point[c, i]
	sort_list(list, curve_points[c], point_x)
	for (i = 1; i <= curve_points[c]; i++) {
		n = list[i]
		if (point_y[n] == missing) {
			# breaks the line
			if (good > 0)
				print "" > data
			continue
		}
		good++
		print point_x[n], point_y[n], point_low[n], point_high[n], point_is_limited[n] > data
		print point_x[n], point_y[n] > context
	}
	if (good == 0)
		print missing, missing, missing, missing, 0 > data
	print "\n" > data
	for (i = 1; i <= curve_points[c]; i++)
		if (point_y[list[i]] == missing)
			print point_x[list[i]], exp(log(range_high) - 0.05 * log(range_high / range_low)) > data
	if (good == curve_points[c])
		print missing, missing > data
	print "\n" > data
	print "" > context
	print "curve_good[" written "] = " good + 0 "; curve_bad[" written "] = " curve_points[c] - good > params
}

function end_pixel(c) { return plot_width * log(end_x[c] / rate_low) / log(rate_high / rate_low) }

# Rates with names as far as there is room below an axis of `width` pixels.
function rate_ticks_of(low, high, width,    e, i, m, x, last, text, step)
{
	last = -1000
	split("1 2 5", step, " ")
	for (e = 0; e <= 12; e++)
		for (i = 1; i <= 3; i++) {
			m = step[i] * 10 ^ e
			if (m < low || m > high)
				continue
			x = width * log(m / low) / log(high / low)
			text = text (text == "" ? "" : ", ") "'" (x - last >= 52 ? rate_name(m) : "") "' " sprintf("%.0f", m)
			if (x - last >= 52)
				last = x
		}
	return text " "
}

function rate_name(rate)
{
	return rate < 1000 ? rate "/s" : rate < 1e6 ? rate / 1e3 " k/s" : rate < 1e9 ? rate / 1e6 " M/s" : rate / 1e9 " G/s"
}

function loads_text(    i, text)
{
	sort_list(loads, load_total, load_percent)
	for (i = 1; i <= load_total; i++)
		text = text (i == 1 ? "" : i == load_total ? " and " : ", ") load_percent[loads[i]]
	return load_total == 0 ? "" : "The points of a curve lie at " text " % of what the cell can move; where times fall as the load rises, messages find the consumer awake. "
}

END {
	best_size = choose_size(size_count, sizes, size_total)
	for (i = 1; i <= points; i++)
		point_add(i)
	if (curves == 0) {
		answer("none", "no paced cell has a response time; ipcmark run --sweep measures them")
		exit
	}
	curve_arrays = "good bad"
	range_set("rate", lowest_rate, highest_rate, 2)
	rate_low = range_low
	rate_high = range_high
	y = place_title("Latency against load, " size_text(best_size) " messages", \
		"Open loop: messages are due on a fixed schedule, and a response counts from when its message was due; " \
		bars_text(any_interval) ". Both axes are logarithmic.")
	legend_start(y + 4)
	legend_arms("pt arm_shape(%d) ps S(0.9) lc rgb arm_colour(%d)", "lw 1.6 dt arm_dash(%d) lc rgb arm_colour(%d)")
	if (any_limited)
		legend_add("hollow: the sender ran late", "pt 6 ps S(0.9) lc rgb '#444444'", "")
	if (any_unstable)
		legend_add("at the top: unstable, the backlog grew", "pt 2 ps S(0.9) lc rgb '#444444'", "")
	y = curves_place(legend_end() + 4)
	print "rate_ticks_text = \"" rate_ticks_of(rate_low, rate_high, plot_width) "\"" > params
	notes = loads_text()
	if (any_limited)
		notes = notes "Hollow points: the sender could not keep its schedule, or was late by more than a tenth of the median. "
	if (any_unstable)
		notes = notes "Unstable: at that rate the backlog grows for as long as one looks, so there is no quantile. "
	place_caption(y, notes absent_text() ranges_text() unnamed_text() unmeasured_text())
	answer("draw", "response p50 and p99 against the offered rate, " size_text(best_size))
}
