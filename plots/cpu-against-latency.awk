# What cpu-against-latency.gp draws: for each placement the CPU time that both sides take for a round trip against
# its p50, a point for each mechanism, with its name beside it; waits that sleep and waits that spin, which lie far
# apart, each have a panel of their own. With several arms a mechanism's points are joined in the arms' order. The
# names are laid out here, so that they stand clear of the points and of each other; where they are more than
# most_names, waits that are neither usual nor spin have none and no point.

table == "cells" && is_round_trip() && field("status") == "ok" {
	metric = field("metric")
	if ((metric != "rtt_ns.p50" && metric != "cpu_ns_per_message") || field("estimate") + 0 <= 0)
		next
	size = field("size_bytes")
	p = place_of_cell()
	placement_class[p] = field("class")
	key = size SUBSEP p SUBSEP mechanism_of(field("transport"), field("wait"), field("cell")) SUBSEP \
		arm_of(field("file"))
	value[key, metric] = field("estimate") + 0
	if (is_batched(field("flags")))
		batched[key] = 1
	if (!(size in size_count))
		sizes[++size_total] = size
	if (((key, "rtt_ns.p50") in value) && ((key, "cpu_ns_per_message") in value))
		size_count[size]++
	else
		size_count[size] += 0
}

function key_of(p, m, a) { return best_size SUBSEP p SUBSEP m SUBSEP a }

function has_point(p, m, a,    key)
{
	key = key_of(p, m, a)
	return ((key, "rtt_ns.p50") in value) && ((key, "cpu_ns_per_message") in value)
}

BEGIN { most_names = 60 }

# Whether there is room for the points of a mechanism among those of its placement.
function has_room_for(p, m,    i, a, count)
{
	if (mechanism_spins[m] || mechanism_is_usual[m] || mechanism_way[m] ~ / /)
		return 1
	if (!(p in sleeping_names))
		for (i = 1; i <= mechanisms; i++) {
			count = 0
			for (a = 1; a <= arms; a++)
				count = count || has_point(p, i, a)
			sleeping_names[p] += count && !mechanism_spins[i]
		}
	if (sleeping_names[p] > most_names && !((p, m) in is_left_out)) {
		is_left_out[p, m] = 1
		left_out++
	}
	return sleeping_names[p] <= most_names
}

# Numbers the points, grouped by placement, wait and mechanism, and finds the ranges of each panel, which is known
# by g: the placement's number twice, and one more where the waits spin.
function collect_points(    g, p, m, a, key)
{
	for (g = 2; g <= 2 * placements + 1; g++)
		for (m = 1; m <= mechanisms; m++) {
			p = int(g / 2)
			if (mechanism_transport[m] == "null" || mechanism_spins[m] != g % 2)
				continue
			for (a = 1; a <= arms; a++) {
				if (!has_point(p, m, a) || !has_room_for(p, m))
					continue
				key = key_of(p, m, a)
				point_x[++points] = value[key, "rtt_ns.p50"]
				point_y[points] = value[key, "cpu_ns_per_message"]
				point_g[points] = g
				point_m[points] = m
				point_a[points] = a
				point_is_batched[points] = key in batched
				any_batched = any_batched || point_is_batched[points]
				if (group_points[g]++ == 0) {
					x_low[g] = point_x[points]
					y_low[g] = point_y[points]
				}
				x_low[g] = min(x_low[g], point_x[points])
				x_high[g] = max(x_high[g], point_x[points])
				y_low[g] = min(y_low[g], point_y[points])
				y_high[g] = max(y_high[g], point_y[points])
			}
		}
}

function overlap(low1, high1, low2, high2)
{
	return max(0, min(high1, high2) - max(low1, low2))
}

# How far a text at [x1,x2] x [y1,y2] lies over points, names and their leaders, and out of the panel.
function cost_of_box(x1, x2, y1, y2,    i, cost)
{
	cost = 40 * (max(0, left + 3 - x1) + max(0, x2 - right) + max(0, top - y1) + max(0, y2 - bottom + 3))
	for (i = panel_from; i <= panel_to; i++)
		cost += 5 * overlap(x1, x2, pixel_x[i] - 6, pixel_x[i] + 6) * overlap(y1, y2, pixel_y[i] - 6, pixel_y[i] + 6)
	for (i = 1; i <= boxes; i++)
		cost += 4 * overlap(x1 - 3, x2 + 3, box_x1[i], box_x2[i]) * overlap(y1, y2, box_y1[i], box_y2[i])
	for (i = 1; i <= spots; i++)
		if (spot_x[i] > x1 - 2 && spot_x[i] < x2 + 2 && spot_y[i] > y1 && spot_y[i] < y2)
			cost += 60
	return cost
}

# What lies between point n and its name at (u,v): names, leaders, and the points of other mechanisms, above all
# one that is nearer to the name than n is.
function cost_of_leader(n, u, v,    x, y, i, k, a, b, own, cost)
{
	x = pixel_x[n]
	y = pixel_y[n]
	own = (u - x) ^ 2 + (v - y) ^ 2
	for (i = panel_from; i <= panel_to; i++)
		if (point_m[i] != point_m[n] && (u - pixel_x[i]) ^ 2 + (v - pixel_y[i]) ^ 2 < own * 1.3)
			cost += needs_leader(u - x, v - y) ? 8 : 60
	for (k = 2; k <= 10; k++) {
		a = x + (u - x) * k / 10
		b = y + (v - y) * k / 10
		for (i = 1; i <= boxes; i++)
			if (a > box_x1[i] - 2 && a < box_x2[i] + 2 && b > box_y1[i] - 1 && b < box_y2[i] + 1)
				cost += 40
		for (i = panel_from; i <= panel_to; i++)
			if (point_m[i] != point_m[n] && (a - pixel_x[i]) ^ 2 + (b - pixel_y[i]) ^ 2 < 36)
				cost += 25
		for (i = 1; i <= spots; i++)
			if ((a - spot_x[i]) ^ 2 + (b - spot_y[i]) ^ 2 < 9)
				cost += 15
	}
	return cost
}

# Tries places on growing circles about point n and keeps the cheapest; the text hangs at its near end.
function name_point(n, text,    width, r, k, dx, dy, x, y, x1, cost, best, bx, by, bx1)
{
	width = text_width(text, 10)
	best = 1e300
	for (r = 11; r <= 220; r += r < 40 ? 7 : 13)
		for (k = 0; k < 24; k++) {
			dx = cos(k * 0.2617993878) * r
			dy = sin(k * 0.2617993878) * r
			x = pixel_x[n] + dx
			y = pixel_y[n] + dy
			x1 = dx > 0.3 * r ? x : dx < -0.3 * r ? x - width : x - width / 2
			cost = r * 0.6 + cost_of_box(x1, x1 + width, y - 6, y + 7) + (k == 0 ? -2 : 0)
			if (cost < best)
				cost += cost_of_leader(n, x, y)
			if (cost < best) {
				best = cost
				bx = x
				by = y
				bx1 = x1
			}
		}
	boxes++
	box_x1[boxes] = bx1
	box_x2[boxes] = bx1 + width
	box_y1[boxes] = by - 6
	box_y2[boxes] = by + 7
	if (bx1 == bx)
		place_inside(text, bx, by, "left", "@name_text")
	else if (bx1 == bx - width)
		place_inside(text, bx, by, "right", "@name_text")
	else
		place_inside(text, bx, by, "center", "@name_text")
	leader(pixel_x[n], pixel_y[n], bx, by)
}

# A name close to its point needs no line to it.
function needs_leader(dx, dy) { return dx * dx + dy * dy >= 16 * 16 }

# What names keep clear of: a line, as spots that are about 8 pixels apart.
function spots_add(x, y, u, v,    n, k)
{
	n = 1 + int(sqrt((u - x) ^ 2 + (v - y) ^ 2) / 8)
	for (k = 1; k <= n; k++) {
		spot_x[++spots] = x + (u - x) * k / n
		spot_y[spots] = y + (v - y) * k / n
	}
}

function leader(x, y, u, v,    d)
{
	if (!needs_leader(u - x, v - y))
		return
	d = sqrt((u - x) ^ 2 + (v - y) ^ 2)
	spots_add(x, y, u, v)
	place_leader(x + (u - x) * 6 / d, y + (v - y) * 6 / d, u - (u - x) * 2 / d, v - (v - y) * 2 / d)
}

# One panel: pixel positions, the names (at the last arm's point), and the blocks: paths, then points.
function panel_place(g, y,    i, height, list, n)
{
	top = y + 30
	height = max(150, min(700, 90 + 22 * group_points[g] / arms))
	bottom = top + height
	panel_add(left, right, top, bottom)
	range_set("x", x_low[g], x_high[g], 2)
	print "x_low[" panels "] = x_min; x_high[" panels "] = x_max" > params
	x_min = range_low
	x_max = range_high
	range_set("y", y_low[g] / 1.02, y_high[g] * 1.02, 2)
	print "y_low[" panels "] = y_min; y_high[" panels "] = y_max" > params
	y_min = range_low
	y_max = range_high
	place_text(placement_title(int(g / 2)) "; " (g % 2 ? "waits that spin" : "waits that sleep"), page_margin, y + 12, \
		"left", "@panel_text")
	panel_from = points + 1
	panel_to = boxes = spots = 0
	for (i = 1; i <= points; i++) {
		if (point_g[i] != g)
			continue
		panel_from = min(panel_from, i)
		panel_to = i
		pixel_x[i] = left + (right - left) * log(point_x[i] / x_min) / log(x_max / x_min)
		pixel_y[i] = bottom - (bottom - top) * log(point_y[i] / y_min) / log(y_max / y_min)
		print point_x[i], point_y[i], mechanism_transport[point_m[i]], point_a[i], point_is_batched[i] + 0, \
			i < points && point_g[i + 1] == g && point_m[i + 1] == point_m[i] ? point_x[i + 1] : missing, \
			i < points && point_g[i + 1] == g && point_m[i + 1] == point_m[i] ? point_y[i + 1] : missing > data
	}
	print "\n" > data
	for (i = panel_from; i <= panel_to; i++)
		if (i == panel_to || point_m[i + 1] != point_m[i])
			list[++n] = i
		else
			spots_add(pixel_x[i], pixel_y[i], pixel_x[i + 1], pixel_y[i + 1])
	# The names of the points furthest out go first: they have the room, and the crowd fans out between them.
	sort_list(list, n, pixel_y)
	for (i = 1; i <= n; i++)
		name_point(list[i], clip(mechanism_label[point_m[list[i]]], 44))
	return bottom + 56
}

function null_sentence(    m, p, a, list)
{
	for (m = 1; m <= mechanisms; m++)
		for (p = placements; mechanism_transport[m] == "null" && p >= 1; p--)
			for (a = 1; a <= arms; a++)
				if (has_point(p, m, a))
					list[a] = duration(value[key_of(p, m, a), "rtt_ns.p50"]) ", CPU " \
						duration(value[key_of(p, m, a), "cpu_ns_per_message"])
	return null_text(list)
}

END {
	best_size = choose_size(size_count, sizes, size_total)
	if (best_size != "")
		collect_points()
	if (points == 0) {
		answer("none", "no pingpong cell has both a p50 and a CPU time per message")
		exit
	}
	left = page_margin + 66
	right = page_width - page_margin - 10
	sorted_placements(order)
	for (i = 1; i <= 2 * placements; i++) {
		g = 2 * order[int((i + 1) / 2)] + (i + 1) % 2
		if (group_points[g] > 0)
			shown[++shown_total] = g
	}
	panels_reserve(shown_total)
	print "array x_low[" shown_total "]; array x_high[" shown_total "]" > params
	print "array y_low[" shown_total "]; array y_high[" shown_total "]" > params
	y = place_title("CPU time against round trip", \
		size_text(best_size) " messages, closed loop, one in flight. Left is faster, low is cheaper; both axes are " \
		"logarithmic. Waits that spin burn the CPUs of both sides.")
	legend_start(y + 4)
	if (arms > 1)
		legend_arms("pt arm_mark(%d) ps S(1.0) lc rgb '#444444'", "")
	else if (any_batched)
		legend_add("hollow: mean of batches", "pt 6 ps S(1.1) lc rgb '#444444'", "")
	y = legend_end() + 2
	print "arms = " arms > params
	for (i = 1; i <= shown_total; i++)
		y = panel_place(shown[i], y)
	notes = "CPU: both sides, for one round trip." null_sentence()
	if (arms > 1)
		notes = notes " An arrow leads from one result to the next; the name stands at the last."
	if (panels > 1)
		notes = notes " Every panel has its own range."
	if (left_out)
		notes = notes " Left out are " left_out " points of waits other than the usual one and spin."
	place_caption(y + 2, notes unmeasured_text())
	answer("draw", "CPU time of both sides against round trip p50, " size_text(best_size))
}
