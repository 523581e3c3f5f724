# What the figures made of curves share: which curves stand together in a panel.
#
# One result with up to 16 mechanisms: a panel for each placement, holding a curve for each mechanism, its key
# on the right in the order in which the curves end. Several results, or more mechanisms: small panels, one for
# each mechanism, where the arms lie over each other. Each panel has a range of its own, but for the small ones
# of a placement that share one where it is the mechanisms that are compared: see is_shared().
#
# The figure's own script calls curve_add() and curve_span(), sets curve_end[] and, where a name should say more,
# curve_suffix[] and curve_mark[], and defines curve_write(curve), which prints the curve's block(s) of data.
# plot_width is the panels' width, then and afterwards; that curve is number list_place of the list_length in its
# panel, and any_beside says whether any panel has more than one.

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

function is_faceted() { return arms > 1 || most_facets > 16 }

function is_shared() { return is_faceted() && (arms == 1 || figure == "percentile-curves") }

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
		print "curve_name[" written "] = " quote(key_text(c)) > params
		print "curve_transport[" written "] = " quote(mechanism_transport[m]) "; curve_way[" written "] = " \
			quote(mechanism_way[m]) "; curve_arm[" written "] = " curve_arm[c] > params
		curve_write(c)
	}
}

function key_text(c) { return clip(mechanism_label[curve_mechanism[c]], 34) curve_suffix[c] curve_mark[c] }

function key_width(    c, width)
{
	for (c = 1; c <= curves; c++)
		width = max(width, text_width(key_text(c), 11))
	return int(width) + 54
}

# The curves of a placement in the order in which they end, highest first, as the eye meets them.
function ordered_curves(p, list,    i, a, n, c)
{
	for (i = 1; i <= facet_count[p]; i++)
		for (a = 1; a <= arms; a++)
			if ((p, facet_list[p, i], a) in curve_number) {
				c = curve_number[p, facet_list[p, i], a]
				list[++n] = c
				falling_end[c] = -curve_end[c]
			}
	sort_list(list, n, falling_end)
	return n + 0
}

function overlay_place(y, order, shown,    i, n, list, height)
{
	panels_reserve(shown)
	for (i = 1; i <= shown; i++) {
		n = ordered_curves(order[i], list)
		height = max(shown == 1 ? 380 : shown == 2 ? 260 : 220, n * 17)
		plot_width = page_width - 2 * page_margin - 66 - key_width()
		panel_add(page_margin + 66, page_margin + 66 + plot_width, y + 32, y + 32 + height)
		place_text(placement_title(order[i]), page_margin, y + 12, "left", "@panel_text")
		print "panel_is_lowest[" panels "] = 1; panel_is_left[" panels "] = 1" > params
		span_list(list, n)
		panel_range(4)
		panel_curves(list, n)
		y += height + 86
	}
	return y - 2
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
	most = arms > 1 || figure == "percentile-curves" ? 4 : 5
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
				((j - 1) % columns == 0) > params
			if (j % columns == 0 || j == n)
				y += height + (is_shared() ? 46 : 50)
		}
		y += 12
	}
	return y - 12
}

# Everything between the legend and the caption; gives the y below it.
function curves_place(y,    i, all, order, shown)
{
	sorted_placements(all)
	for (i = 1; i <= placements; i++)
		if (facet_count[all[i]] > 0)
			order[++shown] = all[i]
	print "arms = " arms "; faceted = " is_faceted() "; shared = " is_shared() > params
	print "array curve_name[" curves "]; array curve_transport[" curves "]; array curve_way[" curves "]" > params
	print "array curve_arm[" curves "]" > params
	for (i = 1; i <= shown; i++)
		total_facets += facet_count[order[i]]
	total_panels = is_faceted() ? total_facets : shown
	print "array panel_first[" total_panels "]; array panel_last[" total_panels "]" > params
	print "array panel_low[" total_panels "]; array panel_high[" total_panels "]" > params
	print "array panel_is_lowest[" total_panels "]; array panel_is_left[" total_panels "]" > params
	return is_faceted() ? facets_place(y, order, shown) : overlay_place(y, order, shown)
}
