# What the figures made of curves share: how a curve looks and how a panel is set up. See curves.awk.

facet_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
load "plots/style.gp"

curve_colour(c) = arms > 1 ? arm_colour(curve_arm[c]) : transport_colour(curve_transport[c])
curve_shape(c) = arms > 1 ? arm_shape(curve_arm[c]) : transport_shape(curve_transport[c])
curve_dash(c) = arms > 1 ? arm_dash(curve_arm[c]) : way_dash(curve_way[c])
curve_title(c) = faceted ? "notitle" : sprintf("title curve_name[%d]", c)

point_size = S(faceted ? 0.7 : 0.9)
if (faceted) {
	tick_font = "DejaVu Sans,9"
	axis_text = "font 'DejaVu Sans,10' textcolor rgb '#333333'"
	axis_gap = 31
}

# The key stands right of its panel, never over the data; small panels do without (their title names them).
panel_key = "set key at screen X(panel_right[p] + 14), Y(panel_top[p] - 4) left top vertical Left reverse" \
	. " noenhanced samplen 2.4 spacing 1.15 width 0 font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
start_panel = place_panel . "; set yrange [panel_low[p]:panel_high[p]]" \
	. "; first = panel_first[p]; last = panel_last[p]; " . (faceted ? "" : panel_key)

# Where panels share a range, its ticks are named at the left edge only.
level(p, room) = density(panel_low[p], panel_high[p], room) \
	+ (shared && !panel_is_left[p] ? 3 : 0)

# Axis titles stand by every large panel, but by small ones only where nothing follows outward.
name_axes(x_title, y_title) = (panel_is_lowest[p] ? title_x(x_title) : "") \
	. (panel_is_left[p] ? "; " . title_y(y_title) : "")
