# The look of every figure, and the page it stands on. A figure's script sets `name`, loads this, draws its
# panels, and ends with `unset multiplot`. scripts/plot runs it in a folder that holds what the figure's awk
# script wrote (see page.awk), with `format` set to svg or png.

set encoding utf8
set datafile separator "\t"
set datafile missing "NaN"

# ---- one colour and one shape for each transport and each wait; the known ones are in transports.awk

# Others: by a hash of the name, so the same name always looks the same. 13 and 6 have no common factor.
other_colours = "0x1F4E79 0xA61C3C 0x4E7D00 0x7A5195 0x008B8B 0xB8860B 0xB0307A" \
	. " 0x2F6DB5 0x8C564B 0x3C8D5A 0xCC5C00 0x5A6B7B 0x8A2BE2"
other_shapes = "7 5 9 11 13 15"

letters = "-0123456789abcdefghijklmnopqrstuvwxyz_"
name_hash(s, i) = i > strlen(s) ? 7 : (name_hash(s, i + 1) * 31 + strstrt(letters, s[i:i]) * (i + 12)) % 99991
index_in(list, s, i) = i > words(list) ? 0 : word(list, i) eq s ? i : index_in(list, s, i + 1)
look(s, i, known, other) = int(word(i > 0 ? known : other, i > 0 ? i : 1 + name_hash(s, 1) % words(other)))
transport_colour(s) = look(s, index_in(transport_names, s, 1), transport_colours, other_colours)
transport_shape(s) = look(s, index_in(transport_names, s, 1), transport_shapes, other_shapes)

# A way is a wait and the axes behind it. Where the curves of one transport stand alone, the way has the colour and
# the shape; elsewhere a dash tells those that spin, and those with axes.
way_colour(s) = look(s, index_in(wait_names, s, 1), wait_colours, other_colours)
way_shape(s) = look(s, index_in(wait_names, s, 1), wait_shapes, other_shapes)
way_dash(s, has_colour) = has_colour ? 1 : words(s) > 1 ? 5 + name_hash(s, 1) % 5 : s eq "spin" ? 5 : 1

# ---- arms: several results in one figure

arm_colours = "0x4A4A4A 0xD55E00 0x0072B2 0x009E73 0xAA4499 0x999933"
arm_shapes = "7 5 9 11 15 13"
arm_dashes = "1 5 6 7 8 9"
arm_colour(a) = int(word(arm_colours, 1 + (int(a) - 1) % 6))
arm_shape(a) = int(word(arm_shapes, 1 + (int(a) - 1) % 6))
arm_dash(a) = int(word(arm_dashes, 1 + (int(a) - 1) % 6))

set dashtype 3 (3, 4)
set dashtype 5 (10, 4)
set dashtype 6 (10, 3, 2, 3)
set dashtype 7 (4, 3)
set dashtype 8 (10, 3, 2, 3, 2, 3)
set dashtype 9 (16, 3, 6, 3)

# Where only the error bar is wanted. Not 0: a point scaled by 0 stops some SVG readers.
hidden = 0.1
# The terminals do not agree on how large a point is, nor on how much larger a diamond is.
S(size) = format eq "svg" ? 0.8 * size : size
diamond = format eq "svg" ? 0.8 : 1.2
lighter(colour) = 0x90000000 + colour

# ---- text

title_text = "font 'DejaVu Sans:Bold,16' textcolor rgb '#1a1a1a'"
panel_text = "font 'DejaVu Sans:Bold,12' textcolor rgb '#1a1a1a'"
small_text = "font 'DejaVu Sans,11' textcolor rgb '#444444'"
legend_text = "font 'DejaVu Sans,11' textcolor rgb '#1a1a1a'"
caption_text = "font 'DejaVu Sans,10' textcolor rgb '#555555'"
tick_font = "DejaVu Sans,10"

# ---- ticks with units on logarithmic axes: 1 to 3 ever denser, 4 to 6 the same without a text

array time_ticks[6] = ["", "", "", "", "", ""]
array rate_ticks[6] = ["", "", "", "", "", ""]
array count_ticks[6] = ["", "", "", "", "", ""]
array labelled[3] = [" 1 ", " 1 2 5 ", " 1 1.5 2 3 4 5 7 "]
times = "ns us ms s"
rates = "B/s kB/s MB/s GB/s TB/s"
counts = "/s k/s M/s G/s"
unit_index(list, e) = e < 0 ? 0 : e / 3 < words(list) ? e / 3 : words(list) - 1
tick_text(list, m, e) = sprintf("%.9g %s", m * 10.0 ** (e - 3 * unit_index(list, e)), \
	word(list, 1 + unit_index(list, e)))
tick(text, m, e, level) = sprintf(" '%s' %.9g %d,", text, m * 10.0 ** e, level)
do for [e = -2:14] {
	do for [m in "1 1.5 2 3 4 5 6 7 8 9"] {
		do for [k = 1:3] {
			big = strstrt(labelled[k], " " . m . " ") > 0
			v = real(m)
			if (big || m ne "1.5") {
				time_ticks[k] = time_ticks[k] . tick(big ? tick_text(times, v, e) : "", v, e, !big)
				rate_ticks[k] = rate_ticks[k] . tick(big ? tick_text(rates, v, e) : "", v, e, !big)
				count_ticks[k] = count_ticks[k] . tick(big ? tick_text(counts, v, e) : "", v, e, !big)
				time_ticks[k + 3] = time_ticks[k + 3] . tick("", v, e, !big)
				rate_ticks[k + 3] = rate_ticks[k + 3] . tick("", v, e, !big)
				count_ticks[k + 3] = count_ticks[k + 3] . tick("", v, e, !big)
			}
		}
	}
}
density(low, high, room) = log10(high / low) > room ? 1 : log10(high / low) > 0.4 * room ? 2 : 3
tick_style = "nomirror scale 0.6, 0.3 font tick_font textcolor rgb '#333333'"
ticks(axis, list) = sprintf("set %stics (%s) %s", axis, list[1:strlen(list) - 1], tick_style)

# ---- the page

load name . ".params"
X(px) = px / real(page_width)
Y(px) = 1 - px / real(page_height)
# No bitmap may be taller than 32767 pixels.
zoom = format eq "png" ? (1.6 * page_height < 32000 ? 1.6 : 32000.0 / page_height) : 1.0

if (format eq "png") {
	set terminal pngcairo noenhanced background "white" font "DejaVu Sans,11" \
		size int(page_width * zoom), int(page_height * zoom) fontscale 0.75 * zoom linewidth zoom pointscale zoom
} else {
	set terminal svg mouse standalone fixed noenhanced background "white" font "DejaVu Sans,11" \
		size page_width, page_height name identifier
}
set output name . "." . format

set multiplot
unset key
unset border
unset tics
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
load name . ".frame"
plot [0:1] [0:1] -1 notitle
unset label
unset arrow

set border 3 linecolor rgb "#888888" linewidth 0.8
set grid linetype 1 linecolor rgb "#d8d8d8" linewidth 0.7, linetype 1 linecolor rgb "#eeeeee" linewidth 0.5
set logscale xy

# For eval, with p the panel: `eval place_panel`, ticks and titles, plot, `eval end_panel`.
place_panel = "load sprintf('%s.inside%d', name, p);" \
	. "set lmargin at screen X(panel_left[p]); set rmargin at screen X(panel_right[p]);" \
	. "set tmargin at screen Y(panel_top[p]); set bmargin at screen Y(panel_bottom[p])"
end_panel = "unset label; unset arrow"

# Axis titles are labels, since the terminals disagree on where an xlabel goes.
axis_text = "font 'DejaVu Sans,11' textcolor rgb '#333333'"
axis_gap = 38
middle_x = "(X(panel_left[p]) + X(panel_right[p])) / 2"
middle_y = "(Y(panel_top[p]) + Y(panel_bottom[p])) / 2"
title_x(text) = sprintf("set label '%s' at screen %s, Y(panel_bottom[p] + axis_gap) center @axis_text", text, middle_x)
title_y(text) = sprintf("set label '%s' at screen X(panel_left[p] - 64), %s center rotate by 90 @axis_text", \
	text, middle_y)
