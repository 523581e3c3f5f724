# Response time against the offered rate. Data: latency-against-load.awk.

name = "latency-against-load"
load "plots/curves.gp"

# two blocks a curve: 1 rate, 2-4 quantile and its interval, 5 hollow; then the rates without a quantile
data = name . ".dat"
set xrange [rate_min:rate_max]
eval ticks("x", rate_ticks_text)
set grid xtics ytics nomxtics nomytics

do for [p = 1:panels] {
	eval start_panel
	eval ticks("y", time_ticks[level(p, is_small ? 1.8 : 2.6)])
	eval name_axes("messages due", is_small ? "response" : "response time")
	# A plot that would have nothing to draw is left out; an empty iteration inside `plot` still runs once.
	bars_text = ""
	curves_text = ""
	do for [c = first:last] {
		good = sprintf("data index %d using ", 2 * (c - 1))
		if (curve_good[c] > 0) {
			bars_text = bars_text . good . "1:2:3:4 with yerrorbars ps hidden lw 1" \
				. sprintf(" lc rgb lighter(curve_colour(%d)) notitle, ", c)
			curves_text = curves_text . good . sprintf("1:2 with linespoints lw 1.6 dt curve_dash(%d)", c) \
				. sprintf(" lc rgb curve_colour(%d) pt curve_shape(%d) ps point_size notitle, ", c, c) \
				. good . "1:($5 > 0 ? $2 : NaN) with points" \
				. sprintf(" pt curve_shape(%d) ps 0.6 * point_size lc rgb 'white' notitle, ", c)
		}
		if (curve_bad[c] > 0) {
			curves_text = curves_text . sprintf("data index %d using 1:2 with points pt 2 ps point_size", 2 * c - 1) \
				. sprintf(" lw 1.4 lc rgb curve_colour(%d) notitle, ", c)
		}
	}
	eval "plot " . context_text(p) . bars_text . curves_text[1:strlen(curves_text) - 2]
	eval end_panel
}
unset multiplot
