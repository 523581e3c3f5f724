# A comparison as a forest plot: ratio, interval, margin and verdict of every cell. Data: ratios.awk.

name = "ratios"
value_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
faint_text = "font 'DejaVu Sans,10' textcolor rgb '#8a8a8a'"
row_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
margin_colour = 0xE9EDF1
noise_colour = 0xCBD5DF
# regression, improvement, small, same, inconclusive: shapes that tell them apart in grey, too
colours = "0xD03A00 0x0072B2 0x6A4C93 0x6E6E6E 0xB07A00"
shapes = "9 11 5 7 12"
verdict_colour(v) = int(word(colours, int(v)))
verdict_shape(v) = int(word(shapes, int(v)))
verdict_size(v) = S(v == 5 ? 1.2 : 1.0)
load "plots/style.gp"

# 1 y, 2-4 logarithm of the ratio and of its interval, 5 verdict, 6 margin, 7 half a lane
data = name . ".dat"
unset logscale
unset ytics
set border 1
set xrange [-edge:edge]
eval ticks("x", change_ticks)
set grid xtics noytics nomxtics

do for [p = 1:panels] {
	eval place_panel
	set yrange [panel_bottom[p]:panel_top[p]]
	if (p == panels) { eval title_x("change from the base (logarithmic)") }
	plot data index p - 1 using (0):1:(-$6):6:($1 - $7):($1 + $7) with boxxyerror fs solid noborder \
			lc rgb margin_colour notitle, \
		"" index p - 1 using (0):1:(-noise):(noise):($1 - $7):($1 + $7) with boxxyerror fs solid noborder \
			lc rgb noise_colour notitle, \
		"" index p - 1 using (0):($1 - $7):(0):(2 * $7) with vectors nohead lw 1 lc rgb "#888888" notitle, \
		"" index p - 1 using 2:1:3:4:(verdict_colour($5)) with xerrorbars ps hidden lw 1.3 lc rgb variable notitle, \
		"" index p - 1 using 2:1:(verdict_size($5)):(verdict_shape($5)):(verdict_colour($5)) \
			with points ps variable pt variable lc rgb variable notitle
	eval end_panel
}
unset multiplot
