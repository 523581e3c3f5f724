# CPU time of both sides against the p50 of its round trip, each point with its name; several arms are joined by
# an arrow. Data: cpu-against-latency.awk.

name = "cpu-against-latency"
name_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
arm_marks = "6 7 5 9 11 15"
arm_mark(a) = int(word(arm_marks, 1 + (int(a) - 1) % 6))
load "plots/style.gp"

# 1 p50, 2 CPU time, 3 transport, 4 arm, 5 batched, 6 and 7 the same mechanism in the next arm
data = name . ".dat"
set grid xtics ytics nomxtics nomytics
mark(transport, arm, batched) = arms > 1 ? arm_mark(arm) : transport_shape(transport) - (batched > 0)

do for [p = 1:panels] {
	eval place_panel
	set xrange [x_low[p]:x_high[p]]
	set yrange [y_low[p]:y_high[p]]
	eval ticks("x", time_ticks[density(x_low[p], x_high[p], 2.5)])
	eval ticks("y", time_ticks[density(y_low[p], y_high[p], 2.6)])
	eval title_x("round trip, p50") . "; " . title_y("CPU, both sides")
	arrows = "data index p - 1 using 1:2:($6 - $1):($7 - $2):(lighter(transport_colour(strcol(3))))" \
		. " with vectors head filled size screen 0.007, 20 lw 1.2 lc rgb variable notitle, "
	plot_text = arms > 1 ? arrows : ""
	plot_text = plot_text . "data index p - 1 using 1:2 with points pt 7 ps S(1.1) lc rgb 'white' notitle, " \
		. "data index p - 1 using 1:2:(mark(strcol(3), $4, $5)):(transport_colour(strcol(3)))" \
		. " with points ps S(1.2) pt variable lc rgb variable notitle"
	eval "plot " . plot_text
	eval end_panel
}
unset multiplot
