# What the figures made of curves share: which curves stand together in a panel.
#
# Several results: small panels, one for each mechanism, where the arms lie over each other. One result: a panel for
# each placement with a curve for each mechanism, as long as an eye can follow them; beyond, a panel for each family
# of transports, and one for each transport that has more waits than its usual one and spin, all with the other curves
# of the placement in grey behind. Names stand beside the curves' ends. Panels of a placement that share what they
# compare have one range: see is_shared().
#
# The figure's own script calls curve_add() and curve_span(), sets curve_end[] and, where a name should say more,
# curve_suffix[] and curve_mark[], and defines curve_write(curve), which prints the curve's block(s) of data, and its
# line to the file `context` with an empty line behind it, and end_pixel(curve), how far from its panel's left edge it
# ends. plot_width is the panels' width, then and afterwards; that curve is number list_place of the list_length in
# its panel, and any_beside says whether any panel has more than one. by_transport = 1 asks for panels of transports
# alone.

BEGIN { context = figure ".context" }

function curve_add(p, m, a)
{
	if ((p, m, a) in curve_number)
		return curve_number[p, m, a]
	curve_number[p, m, a] = ++curves
	curve_mechanism[curves] = m
	curve_arm[curves] = a
	curve_placement[curves] = p
	if (!((p, m) in facet_known)) {
		facet_known[p, m] = 1
		facet_list[p, ++facet_count[p]] = m
		most_facets = max(most_facets, facet_count[p])
		transports_of[p] += ++ways_of[p, mechanism_transport[m]] == 1
		most_ways_of[p] = max(most_ways_of[p], ways_of[p, mechanism_transport[m]])
		if (!mechanism_spins[m] && ++sleeping_ways[p, mechanism_transport[m]] == 1)
			is_usual[p, m] = 1
	}
	return curves
}

# A value that the vertical axis has to reach.
function curve_span(c, value)
{
	if (value == missing || value == "" || value + 0 <= 0)
		return
	if (!(c in curve_low))
		curve_low[c] = curve_high[c] = value
	curve_low[c] = min(curve_low[c], value)
	curve_high[c] = max(curve_high[c], value)
}

function span_start() { span_low = ""; span_high = 0 }

function span_curve(c)
{
	if (!(c in curve_low))
		return
	span_low = span_low == "" ? curve_low[c] : min(span_low, curve_low[c])
	span_high = max(span_high, curve_high[c])
}

function span_list(list, n,    i)
{
	span_start()
	for (i = 1; i <= n; i++)
		span_curve(list[i])
}

function panel_range(factor)
{
	if (span_low == "")
		span_low = span_high = 1
	range_set("panel", span_low, span_high, factor)
	print "panel_low[" panels "] = panel_min; panel_high[" panels "] = panel_max" > params
}

# For the caption.
function ranges_text()
{
	if (panels == 1)
		return ""
	return is_shared() ? " The panels of a placement have one vertical range." : \
		" Every panel has its own vertical range."
}

function is_faceted() { return arms > 1 }

# Whether one panel holds the curves of a placement.
function is_whole(p)
{
	return transports_of[p] == 1 || (!by_transport && facet_count[p] <= 10 && most_ways_of[p] <= 2)
}

function is_shared() { return is_faceted() ? figure == "percentile-curves" : most_groups > 1 }

# Writes a panel's curves, in the order of the list; the panel has been added.
function panel_curves(list, n,    i, c, m)
{
	print "panel_first[" panels "] = " written + 1 "; panel_last[" panels "] = " written + n > params
	for (i = 1; i <= n; i++) {
		c = list[i]
		m = curve_mechanism[c]
		written++
		list_place = i
		list_length = n
		any_beside = any_beside || n > 1
		print "curve_transport[" written "] = " quote(mechanism_transport[m]) "; curve_way[" written "] = " \
			quote(mechanism_way[m]) "; curve_arm[" written "] = " curve_arm[c] > params
		curve_write(c)
	}
}

# A group is what a panel holds of one result: 0 all, a family by its number, a transport by its name. In a family's
# panel a transport that has one of its own is there with its usual wait and spin.
function is_in_group(p, m, group,    transport)
{
	transport = mechanism_transport[m]
	if (group == 0 || group == transport)
		return 1
	return group == family_of(transport) && \
		(!has_panel_of_ways(p, transport) || (p, m) in is_usual || mechanism_way[m] == "spin")
}

function has_panel_of_ways(p, transport) { return by_transport || ways_of[p, transport] > 2 }

# The groups of a placement, families in their order and then transports: list[1..].
function groups_of(p, list,    i, m, group, n, known, rank, order, found)
{
	if (is_whole(p)) {
		list[1] = 0
		return 1
	}
	for (i = 1; i <= facet_count[p]; i++) {
		m = facet_list[p, i]
		group = family_of(mechanism_transport[m])
		if (!(group in known) && !by_transport && placement_condition[p] !~ /axes/) {
			known[group] = 1
			found[++n] = group
			rank[n] = group
			order[n] = n
		}
		group = mechanism_transport[m]
		if (!(group in known) && (has_panel_of_ways(p, group) || placement_condition[p] ~ /axes/)) {
			known[group] = 1
			found[++n] = group
			rank[n] = 1000 + family_of(group)
			order[n] = n
		}
	}
	sort_list(order, n, rank)
	for (i = 1; i <= n; i++)
		list[i] = found[order[i]]
	return n + 0
}

function group_title(p, group)
{
	if (group == 0)
		return ""
	return group in family_title ? family_title[group] : \
		by_transport || placement_condition[p] ~ /axes/ ? group : group ", its waits"
}

# What the panel's title has said is left out, and "block", which most waits are.
function name_of_curve(c, group,    m, name)
{
	m = curve_mechanism[c]
	name = mechanism_label[m]
	if (group == mechanism_transport[m])
		name = mechanism_way[m]
	else if (group > 0 && sub(/ block$/, "", name))
		any_unnamed_wait = 1
	return clip(name, 44) curve_suffix[c] curve_mark[c]
}

# The curves of a group in the order in which they end, highest first, as the eye meets them.
function ordered_curves(p, group, list,    i, m, n, c)
{
	for (i = 1; i <= facet_count[p]; i++) {
		m = facet_list[p, i]
		if (!is_in_group(p, m, group))
			continue
		c = curve_number[p, m, 1]
		list[++n] = c
		falling_end[c] = -curve_end[c]
	}
	sort_list(list, n, falling_end)
	return n + 0
}

# Counts panels and their curves, and measures names, for what follows.
function groups_measure(order, shown,    i, j, k, n, groups, list, count)
{
	for (i = 1; i <= shown; i++) {
		n = groups_of(order[i], groups)
		total_groups += n
		most_groups = max(most_groups, n)
		for (j = 1; j <= n; j++) {
			count = ordered_curves(order[i], groups[j], list)
			total_written += count
			most_listed = max(most_listed, count)
			for (k = 1; k <= count; k++)
				names_width = max(names_width, int(text_width(name_of_curve(list[k], groups[j]), 10)))
		}
	}
}

# The names of a panel's curves beside their ends, apart from each other but no further from their curves than need
# be: neighbours that would overlap share the middle of where they want to stand.
function names_place(list, n, group, left, top, bottom,    i, gap, want, sum, count, blocks, first, y, right)
{
	gap = min(13, (bottom - top) / n)
	for (i = 1; i <= n; i++) {
		want[i] = bottom - (bottom - top) * log(curve_end[list[i]] / range_low) / log(range_high / range_low)
		# What ends above all values is drawn a twentieth below the top.
		want[i] = want[i] < top ? top + 0.05 * (bottom - top) : min(bottom, want[i])
		sum[++blocks] = want[i] - i * gap
		count[blocks] = 1
		first[blocks] = i
		while (blocks > 1 && sum[blocks - 1] / count[blocks - 1] > sum[blocks] / count[blocks]) {
			sum[blocks - 1] += sum[blocks]
			count[blocks - 1] += count[blocks]
			blocks--
		}
	}
	first[blocks + 1] = n + 1
	right = left + plot_width
	for (blocks = 1; first[blocks] <= n; blocks++)
		for (i = first[blocks]; i < first[blocks + 1]; i++) {
			y = max(top, min(bottom - n * gap + gap, sum[blocks] / count[blocks] + gap)) + (i - 1) * gap
			name_place(name_of_curve(list[i], group), written - n + i, left + end_pixel(list[i]), want[i], right, y)
		}
}

# A line from where the curve ends to its mark and name, dotted as far as the panel's edge, where it is no value.
function name_place(name, number, x, want, right, y)
{
	if (right - x > 8)
		print "set arrow from screen X(" x + 6 "), Y(" want ") to screen X(" right "), Y(" want \
			") nohead front lw 0.9 dt 3 lc rgb '#b4b4b4'" > inside
	place_leader(max(x + 6, right), want, right + 12, y)
	print "set label '' at screen X(" right + 20 "), Y(" y ") front point pt curve_shape(" number \
		") ps 0.9 * point_size lc rgb curve_colour(" number ")" > inside
	place_inside(name, right + 29, y, "left", "@name_text")
}

# The panels of a placement, in rows; every row is as high as its names need.
function groups_place(y, order, shown,    i, j, k, p, n, groups, list, least, count, height, columns, width, left)
{
	columns = min(most_groups, by_transport && names_width < 100 ? 3 : 2)
	least = most_groups == 1 ? (shown == 1 ? 380 : 230) : total_groups > 6 ? 150 : 200
	width = (page_width - 2 * page_margin - 64) / columns
	plot_width = int(width - names_width - 38)
	for (i = 1; i <= shown; i++) {
		p = order[i]
		n = groups_of(p, groups)
		span_placement(p)
		place_text(placement_title(p), page_margin, y + 12, "left", "@panel_text")
		y += is_whole(p) ? 32 : 48
		for (j = 1; j <= n; j++) {
			if ((j - 1) % columns == 0)
				height = least
			for (k = j; (j - 1) % columns == 0 && k < j + columns && k <= n; k++)
				height = max(height, 13 * (ordered_curves(p, groups[k], list) - 1) + 10)
			left = page_margin + 64 + int((j - 1) % columns * width)
			panel_add(left, left + plot_width, y, y + height)
			place_text(clip(group_title(p, groups[j]), int(width / 6.4)), left, y - 11, "left", "@facet_text")
			panel_range(4)
			count = ordered_curves(p, groups[j], list)
			print "panel_context[" panels "] = " (n > 1 ? i - 1 : -1) "; panel_by_way[" panels "] = " \
				(groups[j] == mechanism_transport[curve_mechanism[list[1]]] || \
				(transports_of[p] == 1 && most_ways_of[p] > 2)) > params
			panel_curves(list, count)
			names_place(list, count, groups[j], left, y, y + height)
			print "panel_is_lowest[" panels "] = " (j + columns > n) "; panel_is_left[" panels "] = " \
				((j - 1) % columns == 0) > params
			if (j % columns == 0 || j == n)
				y += height + (most_groups == 1 ? 54 : 48)
		}
		y += most_groups == 1 ? 0 : 14
		print "\n" > context
	}
	return most_groups == 1 ? y : y - 6
}

function facet_place(p, m, x, y, width, height,    a, n, list, suffix, mark)
{
	plot_width = is_shared() ? width - 36 : width - 76
	panel_add(x + 64, x + 64 + plot_width, y, y + height)
	for (a = 1; a <= arms; a++)
		if ((p, m, a) in curve_number) {
			list[++n] = curve_number[p, m, a]
			suffix = curve_suffix[list[n]] == "" ? suffix : curve_suffix[list[n]]
			mark = curve_mark[list[n]] == "" ? mark : curve_mark[list[n]]
		}
	place_text(clip(mechanism_label[m] suffix, int((plot_width + 26) / 5.9) - 2) mark, x + 64, y - 11, "left", \
		"@facet_text")
	if (!is_shared())
		span_list(list, n)
	panel_range(3)
	panel_curves(list, n)
}

# All the curves of a placement.
function span_placement(p,    c)
{
	span_start()
	for (c = 1; c <= curves; c++)
		if (curve_placement[c] == p)
			span_curve(c)
}

# Columns are chosen so that the rows come out full. Where panels share a range its ticks are named at the left
# edge only, and the panels may be narrower.
function facets_place(y, order, shown,    i, j, n, most, rows, columns, total, width, height)
{
	most = 4
	rows = int((most_facets + most - 1) / most)
	columns = int((most_facets + rows - 1) / rows)
	width = (page_width - 2 * page_margin - (is_shared() ? 52 : 0)) / columns
	height = columns > 2 ? 120 : 220
	for (i = 1; i <= shown; i++)
		total += facet_count[order[i]]
	panels_reserve(total)
	for (i = 1; i <= shown; i++) {
		n = facet_count[order[i]]
		span_placement(order[i])
		place_text(placement_title(order[i]), page_margin, y + 10, "left", "@panel_text")
		y += 44
		for (j = 1; j <= n; j++) {
			facet_place(order[i], facet_list[order[i], j], page_margin + (j - 1) % columns * width, y, width, height)
			print "panel_is_lowest[" panels "] = " (j + columns > n) "; panel_is_left[" panels "] = " \
				((j - 1) % columns == 0) "; panel_context[" panels "] = -1; panel_by_way[" panels "] = 0" > params
			if (j % columns == 0 || j == n)
				y += height + (is_shared() ? 46 : 50)
		}
		y += 12
	}
	return y - 12
}

# Everything between the legend and the caption; gives the y below it.
function curves_place(y,    i, all, order, shown, most)
{
	sorted_placements(all)
	for (i = 1; i <= placements; i++)
		if (facet_count[all[i]] > 0)
			order[++shown] = all[i]
	for (i = 1; i <= shown; i++)
		most += facet_count[order[i]]
	if (!is_faceted()) {
		groups_measure(order, shown)
		most = total_groups
	} else {
		total_written = curves
		most_listed = arms
	}
	print "arms = " arms "; faceted = " is_faceted() "; shared = " is_shared() "; is_small = " \
		(is_faceted() || most_groups > 1) > params
	arrays_reserve("curve", "transport way arm " curve_arrays, total_written)
	arrays_reserve("panel", "first last low high is_lowest is_left context by_way " panel_arrays, most)
	if (is_faceted())
		return facets_place(y, order, shown)
	panels_reserve(total_groups)
	return groups_place(y, order, shown)
}

# curve_arrays and panel_arrays name those of the figure itself.
function arrays_reserve(of, names, size,    list, n, i)
{
	n = split(names, list, " ")
	for (i = 1; i <= n; i++)
		print "array " of "_" list[i] "[" size "]" > params
}

# For the caption.
function unnamed_text() { return any_unnamed_wait ? " Where no wait is named it is block." : "" }
