# Percentile curves of several results, and below each the difference from the first. Data: percentile-difference.awk.

name = "percentile-difference"
facet_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
place_text = "font 'DejaVu Sans,9' textcolor rgb '#666666'"
load "plots/style.gp"

# of each cell and arm four blocks: the curve, its thin part, the difference, its thin part; 1 percentile, 2 value
data = name . ".dat"
tick_font = "DejaVu Sans,9"
axis_text = "font 'DejaVu Sans,10' textcolor rgb '#333333'"
axis_gap = 31
set xrange [1:furthest * 1.15]
set grid xtics ytics nomxtics nomytics

do for [p = 1:panels] {
	is_top = p % 2 == 1
	eval place_panel
	if (is_top) { set logscale y } else { unset logscale y }
	set yrange [panel_low[p]:panel_high[p]]
	eval ticks("x", is_top ? percentile_marks : percentile_ticks)
	eval ticks("y", is_top ? time_ticks[density(panel_low[p], panel_high[p], 1.4)] : panel_ticks[p])
	if (panel_is_lowest[p]) { eval title_x("percentile (%)") }
	if (panel_is_left[p]) { eval title_y(is_top ? "round trip" : "difference") }
	base = 2 * arms * (p - 1)
	plot for [a = 1:arms] data index base + 2 * (a - 1) using 1:2 with lines lw 1.6 dt arm_dash(a) \
			lc rgb arm_colour(a) notitle, \
		for [a = 1:arms] data index base + 2 * (a - 1) + 1 using 1:2 with lines lw 1.4 dt 3 lc rgb arm_colour(a) notitle
	eval end_panel
}
unset multiplot
