# The runs of each cell over the blocks, a small panel each. Data: over-blocks.awk.

name = "over-blocks"
facet_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
load "plots/style.gp"

# 1 block, 2 change, 3 whether it counts, 4 beyond the range: -1 below, 1 above; one block for each panel and arm
data = name . ".dat"
tick_font = "DejaVu Sans,9"
axis_text = "font 'DejaVu Sans,10' textcolor rgb '#333333'"
axis_gap = 30
colour(p, a) = arms > 1 ? arm_colour(a) : transport_colour(panel_transport[p])
shape(a, is_good, beyond) = beyond > 0 ? 9 : beyond < 0 ? 11 : is_good > 0 ? (arms > 1 ? arm_shape(a) : 7) : 2
unset logscale
set xrange [-0.7:last_block + 0.7]
set yrange [-edge:edge]
set grid noxtics ytics
block_ticks(is_named) = is_named ? sprintf("'0' 0, '%d' %d ", last_block, last_block) \
	: sprintf("'' 0, '' %d ", last_block)

do for [p = 1:panels] {
	eval place_panel
	eval ticks("x", block_ticks(panel_is_lowest[p]))
	eval ticks("y", panel_is_left[p] ? change_ticks : change_marks)
	if (panel_is_lowest[p] && panel_is_left[p]) { eval title_x("block") }
	plot 0 with lines lw 1 lc rgb "#aaaaaa" notitle, \
		for [a = 1:arms] data index (p - 1) * arms + a - 1 using 1:2 with lines lw 0.8 \
			lc rgb lighter(colour(p, a)) notitle, \
		for [a = 1:arms] data index (p - 1) * arms + a - 1 using 1:2:(shape(a, $3, $4)) with points ps S(0.55) \
			pt variable lc rgb colour(p, a) notitle
	eval end_panel
}
unset multiplot
