# Round trip by mechanism: a ranked dot plot for each placement, p50 and p99 with their intervals on a
# logarithmic axis, the values and the CPU time beside it. Data: round-trip-by-mechanism.awk.

name = "round-trip-by-mechanism"
value_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
faint_text = "font 'DejaVu Sans,10' textcolor rgb '#8a8a8a'"
row_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
heading_text = "font 'DejaVu Sans,10' textcolor rgb '#555555'"
load "plots/style.gp"

# 1 y, 2-4 p50 and its interval, 5-7 p99, 8 transport, 9 arm, 10 batched, 11 low confidence
data = name . ".dat"
row_colour(transport, arm) = arms > 1 ? arm_colour(arm) : transport_colour(transport)
p50_shape(arm, batched) = arm_shape(arm) - batched

unset logscale y
unset ytics
set border 1
set xrange [time_min:time_max]
eval ticks("x", time_ticks[density(time_min, time_max, 2.5)])
set grid xtics noytics mxtics

do for [p = 1:panels] {
	eval place_panel
	set yrange [panel_bottom[p]:panel_top[p]]
	if (p == panels) { eval title_x("round-trip time (logarithmic)") }
	plot data index p - 1 using 2:1:($5 - $2):(0):(lighter(row_colour(strcol(8), $9))) \
			with vectors nohead lw 3 lc rgb variable notitle, \
		"" index p - 1 using 5:1:6:7:(row_colour(strcol(8), $9)) \
			with xerrorbars ps hidden lw 1.2 lc rgb variable notitle, \
		"" index p - 1 using 2:1:3:4:(row_colour(strcol(8), $9)) \
			with xerrorbars ps hidden lw 1.2 lc rgb variable notitle, \
		"" index p - 1 using 5:1 with points pt 13 ps diamond lc rgb "white" notitle, \
		"" index p - 1 using 5:1:(13 - $11):(row_colour(strcol(8), $9)) \
			with points ps diamond pt variable lc rgb variable notitle, \
		"" index p - 1 using 2:1:(arm_shape($9)) with points ps S(1.1) pt variable lc rgb "white" notitle, \
		"" index p - 1 using 2:1:(p50_shape($9, $10)):(row_colour(strcol(8), $9)) \
			with points ps S(1.1) pt variable lc rgb variable notitle
	eval end_panel
}
unset multiplot
