# Percentile curves: round-trip time against percentile, the axis stretched as 1/(1-q) so that the tail has the
# room. Data: percentile-curves.awk.

name = "percentile-curves"
load "plots/curves.gp"

data = name . ".dat"
x_end = furthest * 1.15
set xrange [1:x_end]
eval ticks("x", percentile_ticks)
set grid xtics ytics nomxtics nomytics

do for [p = 1:panels] {
	eval start_panel
	eval ticks("y", time_ticks[level(p, is_small ? 1.6 : 2.6)])
	eval name_axes(is_small ? "percentile (%)" : "percentile", "round trip")
	# A plot that would have nothing to draw is left out; an empty iteration inside `plot` still runs once.
	curves_text = ""
	do for [c = first:last] {
		if (curve_full[c] > 0) {
			curves_text = curves_text . sprintf("data index %d using 1:2 with linespoints lw 1.6", 2 * (c - 1)) \
				. sprintf(" dt curve_dash(%d) lc rgb curve_colour(%d) pt curve_shape(%d)", c, c, c) \
				. sprintf(" ps point_size pi %d notitle, ", 1 + curve_full[c] / 11)
		}
		if (curve_low[c] > 0) {
			curves_text = curves_text . sprintf("data index %d using 1:2 with lines lw 1.4", 2 * c - 1) \
				. sprintf(" dt 3 lc rgb curve_colour(%d) notitle, ", c)
		}
	}
	eval "plot " . context_text(p) . curves_text[1:strlen(curves_text) - 2]
	eval end_panel
}
unset multiplot
