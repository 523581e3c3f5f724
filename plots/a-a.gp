# The controls of each result: times over blocks on the left, ratios and their intervals on the right. Data: a-a.awk.

name = "a-a"
value_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
colours = "0x4A4A4A 0x45A9DC 0xD55E00"
shapes = "7 5 9"
control_colour(k) = int(word(colours, int(k) + 1))
control_shape(k) = int(word(shapes, int(k) + 1))
load "plots/style.gp"

# times, three blocks: 1 block, 2 p50; ratios: 1 y, 2 change, 3 control; intervals: 1 y, 2-4 change, 5 control
data = name . ".dat"

do for [i = 1:panels / 2] {
	first = 5 * (i - 1)
	p = 2 * i - 1
	eval place_panel
	unset logscale
	set border 3
	set xrange [-0.5:last_block + 0.5]
	set yrange [panel_low[p]:panel_high[p]]
	set xtics nomirror scale 0.6, 0.3 font tick_font textcolor rgb "#333333" 0, (last_block > 10 ? 5 : 1), last_block
	eval ticks("y", panel_ticks[p])
	set grid noxtics ytics
	eval title_x("block") . "; " . title_y("round trip, p50")
	plot for [k = 0:2] data index first + k using 1:2 with linespoints lw 0.9 pt control_shape(k) ps S(0.8) \
		lc rgb control_colour(k) notitle
	eval end_panel

	p = 2 * i
	eval place_panel
	unset logscale
	unset ytics
	set border 1
	set xrange [-edge:edge]
	set yrange [panel_bottom[p]:panel_top[p]]
	eval ticks("x", change_ticks)
	set grid xtics noytics
	eval title_x("change from the cell")
	set arrow from log(1.05), graph 0 to log(1.05), graph 1 nohead dt 3 lw 1.2 lc rgb "#888888"
	set arrow from 0, graph 0 to 0, graph 1 nohead lw 1 lc rgb "#888888"
	plot data index first + 3 using 2:1:(control_shape($3)):(0x50000000 + control_colour($3)) with points ps S(0.8) \
			pt variable lc rgb variable notitle, \
		data index first + 4 using 3:($1 + 16):($4 - $3):(0) with vectors nohead lw 2.2 lc rgb "#1a1a1a" notitle, \
		"" index first + 4 using 2:($1 + 16) with points pt 7 ps S(0.9) lc rgb "#1a1a1a" notitle
	eval end_panel
}
unset multiplot
