# What the two figures by message size share: they set `name`, `value_title` and `value_is_rate`. Data: by-size.awk.

load "plots/curves.gp"

# 1 size, 2-4 value and its interval, 5 hollow; one block for each curve
data = name . ".dat"
set logscale x 2
set xrange [size_low:size_high]
eval ticks("x", ticks_of_size)
set grid xtics ytics nomxtics nomytics

do for [p = 1:panels] {
	eval start_panel
	k = level(p, faceted ? 1.8 : 2.6)
	eval ticks("y", value_is_rate ? rate_ticks[k] : time_ticks[k])
	eval name_axes("message size", value_title)
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
			. sprintf(" lc rgb curve_colour(%d) pt curve_shape(%d) ps point_size %s, ", c, c, curve_title(c))
		if (curve_hollow[c]) {
			curves_text = curves_text . block . "1:($5 > 0 ? $2 : NaN) with points" \
				. sprintf(" pt curve_shape(%d) ps 0.6 * point_size lc rgb 'white' notitle, ", c)
		}
	}
	eval "plot " . bars_text . curves_text[1:strlen(curves_text) - 2]
	eval end_panel
}
unset multiplot
