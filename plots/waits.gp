# A row for each transport, a mark for each wait that sleeps, as a change from the usual one. Data: waits.awk.

name = "waits"
value_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
faint_text = "font 'DejaVu Sans,10' textcolor rgb '#8a8a8a'"
row_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
load "plots/style.gp"

# 1 y, 2-4 change and its interval, 5 wait
data = name . ".dat"
unset logscale
unset ytics
set border 1
set xrange [from:to]
eval ticks("x", change_ticks)
set grid xtics noytics nomxtics

do for [p = 1:panels] {
	eval place_panel
	set yrange [panel_bottom[p]:panel_top[p]]
	if (p == panels) { eval title_x("p50 against the usual wait (logarithmic)") }
	set arrow from first 0, graph 0 to first 0, graph 1 nohead lw 0.8 lc rgb "#999999"
	plot data index p - 1 using 3:1:($4 - $3):(0):(lighter(way_colour(strcol(5)))) \
			with vectors nohead lw 2 lc rgb variable notitle, \
		"" index p - 1 using 2:1 with points pt 7 ps S(1.0) lc rgb "white" notitle, \
		"" index p - 1 using 2:1:(way_shape(strcol(5))):(way_colour(strcol(5))) \
			with points ps S(0.9) pt variable lc rgb variable notitle
	eval end_panel
}
unset multiplot
