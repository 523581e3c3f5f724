# What the figures made of curves share: how a curve looks and how a panel is set up. See curves.awk.

facet_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
name_text = "font 'DejaVu Sans,10' textcolor rgb '#1a1a1a'"
load "plots/style.gp"

# In the panel p of one transport its waits have the colours.
curve_colour(c) = arms > 1 ? arm_colour(curve_arm[c]) : panel_by_way[p] ? way_colour(curve_way[c]) \
	: transport_colour(curve_transport[c])
curve_shape(c) = arms > 1 ? arm_shape(curve_arm[c]) : panel_by_way[p] ? way_shape(curve_way[c]) \
	: transport_shape(curve_transport[c])
curve_dash(c) = arms > 1 ? arm_dash(curve_arm[c]) : way_dash(curve_way[c], panel_by_way[p])

point_size = S(is_small ? 0.7 : 0.9)
if (is_small) {
	tick_font = "DejaVu Sans,9"
	axis_text = "font 'DejaVu Sans,10' textcolor rgb '#333333'"
	axis_gap = 31
}

start_panel = place_panel . "; set yrange [panel_low[p]:panel_high[p]]; first = panel_first[p]; last = panel_last[p]"

# The start of a plot command: all curves of the placement in grey, over which those of the panel will lie.
context_text(p) = panel_context[p] < 0 ? "" \
	: sprintf("name . '.context' index %d using 1:2 with lines lw 1 lc rgb '#dadada' notitle, ", panel_context[p])

# Where panels share a range, its ticks are named at the left edge only.
level(p, room) = density(panel_low[p], panel_high[p], room) \
	+ (shared && !panel_is_left[p] ? 3 : 0)

# Axis titles stand by every large panel, but by small ones only where nothing follows outward.
name_axes(x_title, y_title) = (panel_is_lowest[p] ? title_x(x_title) : "") \
	. (panel_is_left[p] ? "; " . title_y(y_title) : "")
