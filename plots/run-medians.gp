# A dot for each run of each cell, with their median and its interval. Data: run-medians.awk.

name = "run-medians"
value_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
faint_text = "font 'DejaVu Sans,10' textcolor rgb '#8a8a8a'"
row_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
interval_colour = 0xD5DCE3
load "plots/style.gp"

# runs: 1 y, 2 change, 3 transport, 4 arm, 5 whether it counts
# medians: 1 y, 2-4 change and its interval, 5 transport, 6 arm, 7 half a mark's height
data = name . ".dat"
medians = name . ".medians"
colour(transport, arm) = arms > 1 ? arm_colour(arm) : transport_colour(transport)
shape(arm, is_good) = is_good > 0 ? (arms > 1 ? arm_shape(arm) : 7) : 2
unset logscale
unset ytics
set border 1
set xrange [-edge:edge]
eval ticks("x", change_ticks)
set grid xtics noytics nomxtics

do for [p = 1:panels] {
	eval place_panel
	set yrange [panel_bottom[p]:panel_top[p]]
	if (p == panels) { eval title_x(arms > 1 ? "change from the median in the first result (logarithmic)" \
		: "run against the median of its cell (logarithmic)") }
	plot medians index p - 1 using 3:1:($4 - $3):(0) with vectors nohead lw 7 lc rgb interval_colour notitle, \
		data index p - 1 using 2:1:(shape($4, $5)):(0x50000000 + ($5 > 0 ? colour(strcol(3), $4) : 0x777777)) \
			with points ps S(0.75) pt variable lc rgb variable notitle, \
		medians index p - 1 using 2:($1 - $7):(0):(2 * $7) with vectors nohead lw 2 lc rgb "#1a1a1a" notitle
	eval end_panel
}
unset multiplot
