# What the figures of a value against an axis draw (message size, connections, pairs, batch, buffer): one curve for
# each mechanism with at least two points on it, intervals over runs, or the range of runs that are too few for one. For
# streams also what was lost on the way. A cell that does not name the axis stands at 1 where that is what it does; one
# that asked for a buffer stands where its buffer came to be.

BEGIN {
	if (figure == "round-trip-by-size")
		drawn("size", "Round trip by message size", "Closed loop, one message in flight; median (p50)", "message size", \
			"round trip p50 against message size")
	else if (figure == "throughput-by-size")
		drawn("size", "Throughput by message size", "Saturated stream, what the receiver got", "message size", \
			"throughput in bytes/s against message size")
	else if (figure == "fan-in")
		drawn("connections", "Fan-in: round trip by number of connections", \
			"One consumer waits for all connections, messages come over those that are active; closed loop, median (p50)", \
			"connections", "round trip p50 against the number of connections")
	else if (figure == "scaling")
		drawn("pairs", "Scaling: pairs of a producer and a consumer at once", \
			"Saturated streams, all pairs together; closed-loop round trips, median (p50) over all pairs", \
			"pairs at once", "messages/s of all pairs and round trip p50 against the number of pairs")
	else if (figure == "batch")
		drawn("batch", "Throughput by messages a system call", "Saturated stream, what the receiver got", \
			"messages in one system call", "messages/s against messages in one system call")
	else
		drawn("buffer", "Throughput by size of the buffer", "Saturated stream, what the receiver got", \
			"effective size of the buffer", "messages/s against the effective size of the buffer")
	# Round trips through a pattern of their own; of streams bytes where sizes differ, else messages.
	metric_of["fanin"] = figure == "fan-in" ? "rtt_ns.p50" : ""
	metric_of["connect"] = metric_of["write-write-read"] = figure == "round-trip-by-size" ? "rtt_ns.p50" : ""
	metric_of["pingpong"] = figure ~ /^(round-trip|scaling)/ ? "rtt_ns.p50" : ""
	metric_of["stream"] = figure == "throughput-by-size" ? "bytes_per_s" : \
		figure ~ /^(scaling|batch|buffer)$/ ? "messages_per_s" : ""
	by_transport = figure == "fan-in"
}

function drawn(of, name, how, title, shows)
{
	along = of
	figure_title = name
	figure_how = how
	axis_title = title
	shown_text = shows
}

table == "cells" && metric_of[field("pattern")] != "" && field("status") == "ok" {
	if (field("metric") == "loss_ratio") {
		loss[field("file"), field("cell")] = field("estimate") + 0
		next
	}
	if (field("metric") != metric_of[field("pattern")] || place_on_axis() <= 0 || field("estimate") + 0 <= 0)
		next
	n = ++points
	any_asked = any_asked || !effective_bytes()
	is_rate = field("pattern") == "stream"
	any_rate = any_rate || is_rate
	point_x[n] = place_on_axis()
	point_y[n] = field("estimate") + 0
	point_low[n] = number_or_missing(field("ci_low"))
	point_high[n] = number_or_missing(field("ci_high"))
	point_arm[n] = arm_of(field("file"))
	point_mechanism[n] = mechanism_of(field("transport"), field("wait"), field("cell"))
	point_placement[n] = panel_of_cell(is_rate)
	point_key[n] = field("file") SUBSEP field("cell")
	point_of[point_key[n]] = n
	point_is_batched[n] = !is_rate && is_batched(field("flags"))
	point_is_unsteady[n] = has_flag(field("flags"), "drifting") || has_flag(field("flags"), "multimodal") || \
		has_flag(field("flags"), "low_confidence")
	key = point_placement[n] SUBSEP point_mechanism[n] SUBSEP point_arm[n]
	point_curve[n] = key
	places_of[key] += !((key, point_x[n]) in is_placed)
	is_placed[key, point_x[n]] = 1
	if (axis(along) != "")
		is_named[key] = 1
}

table == "runs" && ((field("file"), field("cell")) in point_of) && field("status") == "ok" && \
		field(metric_of[field("pattern")]) != "" {
	n = point_of[field("file"), field("cell")]
	value = field(metric_of[field("pattern")]) + 0
	run_low[n] = point_runs[n] ? min(run_low[n], value) : value
	run_high[n] = max(run_high[n], value)
	point_runs[n]++
}

# Where the axis ends for a wait, and why.
table == "cells" && metric_of[field("pattern")] != "" && field("status") != "ok" && along != "size" && axis(along) != "" {
	key = (by_transport ? "" : field("transport") " ") field("wait")
	if (!(key in absent_from))
		absent_list[++absent_total] = key
	if (!(key in absent_from) || place_on_axis() < absent_from[key]) {
		absent_from[key] = place_on_axis()
		absent_note[key] = field("note")
	}
}

# 0: not on it. Without the axis a stream moves one message a system call, and there is one pair.
function place_on_axis(    text)
{
	if (along == "size")
		return field("size_bytes") + 0
	text = field(along == "buffer" ? "buffer_bytes" : along)
	if (text == "")
		return along == "pairs" || along == "batch" ? 1 : 0
	return along == "buffer" && effective_bytes() ? effective_bytes() : text + 0
}

# A mechanism has one of them, or is a socket, where the sender waits for room in the first; 0: not known.
function effective_bytes()
{
	return field("effective.pipe_bytes") + field("effective.ring_bytes") + field("effective.queue_bytes") + \
		field("effective.sndbuf_bytes")
}

# To curves.awk each size, each number of active connections and each kind of figure is another placement.
function panel_of_cell(is_rate,    p, rest, condition)
{
	if (along == "size") {
		p = place_of_cell()
		placement_class[p] = field("class")
		panel_is_rate[p] = is_rate
		return p
	}
	rest = "/" field("cell") "/"
	sub("/" along "=[^/]*/", "/", rest)
	sub(/\/active=[^\/]*\//, "/", rest)
	condition = ", " size_text(field("size_bytes")) (axis("active") == "" ? "" : ", " axis("active") " active") \
		cell_condition(substr(rest, 2, length(rest) - 2))
	p = placement_of(field("placement"), condition (figure == "scaling" ? "; " is_rate : ""))
	placement_class[p] = field("class")
	placement_rank[p] = int(placement_rank[p]) + (is_rate ? 0.1 : 0.2) + 0.01 * (axis("active") > 1) + \
		0.02 * (condition ~ /axes/)
	if (figure == "scaling")
		placement_condition[p] = condition (is_rate ? "; messages of all pairs" : "; round trip")
	panel_is_rate[p] = is_rate
	return p
}

function loss_of(n) { return (point_key[n] in loss) ? loss[point_key[n]] : 0 }

function percent(ratio)
{
	if (ratio < 0.001)
		return "under 0.1 %"
	return ratio < 0.0995 ? sprintf("%.1f %%", 100 * ratio) : sprintf("%.0f %%", 100 * ratio)
}

# The horizontal axis, once plot_width is known: the natural logarithm of the value at its left end, and what a pixel
# adds to it.
function axis_place(    margin)
{
	margin = min(14 + (any_bar ? 2 * most_listed : 0), plot_width / 4)
	axis_step = log(places[place_total] / places[1]) / (plot_width - 2 * margin)
	axis_start = log(places[1]) - margin * axis_step
}

# Where there are bars, the points that several curves have for a size stand side by side: how many pixels
# the curve that is written now stands to the right of the size.
function shift_of(    i, nearest)
{
	if (!any_bar)
		return 0
	nearest = plot_width
	for (i = 2; i <= place_total; i++)
		nearest = min(nearest, log(places[i] / places[i - 1]) / axis_step)
	return (list_place - (list_length + 1) / 2) * min(4, 0.4 * nearest / list_length)
}

function end_pixel(c) { return (log(end_x[c]) - axis_start) / axis_step + curve_shift[c] }

function curve_write(c,    i, n, x, list, is_hollow, hollow, barred)
{
	for (i = 1; i <= curve_points[c]; i++)
		list[i] = curve_point[c, i]
	sort_list(list, curve_points[c], point_x)
	axis_place()
	curve_shift[c] = shift_of()
	x = exp(curve_shift[c] * axis_step)
	for (i = 1; i <= curve_points[c]; i++) {
		n = list[i]
		is_hollow = point_is_batched[n] || loss_of(n) >= 0.001
		hollow = hollow || is_hollow
		barred = barred || point_low[n] != missing
		print point_x[n] * x, point_y[n], point_low[n], point_high[n], is_hollow > data
		print point_x[n], point_y[n] > context
	}
	print "\n" > data
	print "" > context
	print "curve_hollow[" written "] = " hollow + 0 "; curve_barred[" written "] = " barred + 0 \
		"; panel_is_rate[" panels "] = " panel_is_rate[curve_placement[c]] + 0 > params
}

function point_add(i,    c, m)
{
	m = point_mechanism[i]
	if (mechanism_transport[m] == "null")
		return
	if (places_of[point_curve[i]] < 2 || (along != "size" && !(point_curve[i] in is_named))) {
		if (along == "size" || along == "buffer")
			is_single[point_placement[i], m] = 1
		return
	}
	any_interval = any_interval || point_low[i] != missing
	if (point_low[i] == missing && point_runs[i] > 1) {
		point_low[i] = run_low[i]
		point_high[i] = run_high[i]
		any_range = 1
	}
	any_bar = any_bar || point_low[i] != missing
	c = curve_add(point_placement[i], m, point_arm[i])
	any_same = any_same || ((c, point_x[i]) in is_drawn)
	is_drawn[c, point_x[i]] = 1
	curve_point[c, ++curve_points[c]] = i
	curve_span(c, point_y[i])
	curve_span(c, point_low[i])
	curve_span(c, point_high[i])
	if (!(c in end_x) || point_x[i] > end_x[c]) {
		end_x[c] = point_x[i]
		curve_end[c] = point_y[i]
	}
	if (!(point_x[i] in place_known)) {
		place_known[point_x[i]] = point_x[i]
		places[++place_total] = point_x[i]
	}
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
			if (((p, m) in is_single) && !((p, m) in facet_known) && ++singles[p] > 0)
				one = one (one == "" ? "" : ", ") mechanism_label[m]
		if (one == "")
			continue
		if (facet_count[p] == 0)
			one = "all of " placement_name[p]
		else if (placements > 1)
			one = "of " placement_name[p] ": " (singles[p] > 12 ? singles[p] " mechanisms" : one)
		all = all (all == "" ? "" : "; ") one
	}
	return all == "" ? "" : "One size only, so without a curve: " all "."
}

function absent_text(    i, key, text)
{
	for (i = 1; i <= absent_total && i <= 6; i++) {
		key = absent_list[i]
		text = text key " from " place_text_of(absent_from[key]) " on"
		if (i < absent_total && i < 6 && absent_note[absent_list[i + 1]] == absent_note[key])
			text = text ", "
		else
			text = text " (" absent_note[key] ")" (i < absent_total && i < 6 ? "; " : "")
	}
	return text == "" ? "" : " Without a point: " text (absent_total > 6 ? "; and others" : "") "."
}

function place_text_of(x) { return along == "size" || along == "buffer" ? size_text(x) : x }

# Sizes of buffers come to be this and that: where their axis has room for two powers of two, those have the ticks.
function powers_of_two(    i, n, x)
{
	for (x = 1; x < exp(axis_start); x *= 2)
		;
	for (; x <= exp(axis_start + plot_width * axis_step); x *= 2)
		power[++n] = x
	for (i = 1; i <= n && n > 1; i++)
		places[i] = power[i]
	place_total = n > 1 ? n : place_total
}

# As many of the places as have room for their names below the axis.
function place_ticks(    i, x, last, text, room)
{
	if (along == "buffer")
		powers_of_two()
	room = along == "size" || along == "buffer" ? 48 : 24
	last = -1000
	for (i = 1; i <= place_total; i++) {
		x = log(places[i] / places[1]) / axis_step
		text = text (i == 1 ? "" : ", ") "'" (x - last >= room ? place_text_of(places[i]) : "") "' " places[i]
		if (x - last >= room)
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
		legend_add("†: drifting, in two regimes, or low confidence, at one point or more", "", "")
}

# What the sizes of buffers are, for the caption.
function sizes_text()
{
	return "The size of a socket is that of its send buffer, as the kernel reckons it, which counts what it keeps about " \
		"each message. " (any_asked ? "Where no size is known it is the one that was asked for. " : "") \
		(any_same ? "Points above each other asked for sizes that came to be the same. " : "")
}

# What the bars are, for the subtitle.
function spread_text()
{
	if (!any_range)
		return bars_text(any_interval)
	return any_interval ? "bars are 95 % confidence intervals over runs, or the range of fewer than 6 runs" : \
		"bars are the range of the runs, too few for a confidence interval, which takes 6"
}

# Null stands in words: drawn, it would push the others together. Of each result its smallest size.
function null_sentence(    i, a, smallest, list)
{
	if (along != "size")
		return ""
	for (i = 1; i <= points; i++) {
		a = point_arm[i]
		if (mechanism_transport[point_mechanism[i]] == "null" && \
		    (!(a in smallest) || point_x[i] < point_x[smallest[a]]))
			smallest[a] = i
	}
	for (a in smallest) {
		i = smallest[a]
		list[a] = any_rate ? three_digits(point_y[i] / point_x[i] / 1e6) " million messages/s, without copying" : \
			duration(point_y[i])
	}
	return null_text(list)
}

# Why there is no figure.
function none_text()
{
	if (along != "size")
		return "no cell with the axis " along "= has more than one value of it" \
			(along == "buffer" ? ", or the sizes came to be the same" : "")
	return points > 0 ? "no cell has more than one size" : figure == "throughput-by-size" ? \
		"no stream cell has a throughput" : "no pingpong cell has a p50"
}

END {
	for (i = 1; i <= points; i++)
		point_add(i)
	if (curves == 0) {
		answer("none", none_text())
		exit
	}
	sort_list(places, place_total, place_known)
	curve_arrays = "hollow barred"
	panel_arrays = "is_rate"
	y = place_title(figure_title, figure_how ", " spread_text() ". Both axes are logarithmic.")
	legend_start(y + 4)
	legend_arms("pt arm_shape(%d) ps S(0.9) lc rgb arm_colour(%d)", "lw 1.6 dt arm_dash(%d) lc rgb arm_colour(%d)")
	marks_legend()
	y = curves_place(legend_end() + 4)
	print "axis_low = " exp(axis_start) "; axis_high = " exp(axis_start + plot_width * axis_step) "; axis_name = " \
		quote(axis_title) > params
	print "axis_ticks = " "\"" place_ticks() "\"" > params
	if (any_bar && any_beside)
		notes = "The points of one " (along == "size" ? "size" : "place on the axis") \
			" stand side by side so that their bars can be told apart. "
	if (along == "buffer")
		notes = notes sizes_text()
	notes = notes single_text() absent_text() ranges_text() unnamed_text() null_sentence() unmeasured_text()
	place_caption(y, notes)
	answer("draw", shown_text)
}
