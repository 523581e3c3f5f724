# What the figures of a value against an axis share: they set `name` and `rate_title`, what a rate is. Data: against.awk.

load "plots/curves.gp"

# 1 place on the axis, 2-4 value and its interval, 5 hollow; one block for each curve
data = name . ".dat"
set logscale x 2
set xrange [axis_low:axis_high]
eval ticks("x", axis_ticks)
set grid xtics ytics nomxtics nomytics

do for [p = 1:panels] {
	eval start_panel
	k = level(p, is_small ? 1.8 : 2.6)
	eval ticks("y", panel_is_rate[p] == 0 ? time_ticks[k] : rate_title eq "throughput" ? rate_ticks[k] : count_ticks[k])
	eval name_axes(axis_name, panel_is_rate[p] ? rate_title : "round trip, p50")
	# A plot that would have nothing to draw is left out; an empty iteration inside `plot` still runs once.
	bars_text = ""
	curves_text = ""
	do for [c = first:last] {
		block = sprintf("data index %d using ", c - 1)
		if (curve_barred[c]) {
			bars_text = bars_text . block . "1:2:3:4 with yerrorbars ps hidden lw 1" \
				. sprintf(" lc rgb lighter(curve_colour(%d)) notitle, ", c)
		}
		curves_text = curves_text . block . sprintf("1:2 with linespoints lw 1.6 dt curve_dash(%d)", c) \
			. sprintf(" lc rgb curve_colour(%d) pt curve_shape(%d) ps point_size notitle, ", c, c)
		if (curve_hollow[c]) {
			curves_text = curves_text . block . "1:($5 > 0 ? $2 : NaN) with points" \
				. sprintf(" pt curve_shape(%d) ps 0.6 * point_size lc rgb 'white' notitle, ", c)
		}
	}
	eval "plot " . context_text(p) . bars_text . curves_text[1:strlen(curves_text) - 2]
	eval end_panel
}
unset multiplot
