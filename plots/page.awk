# What the figures share, second half: lays a page out and writes what a figure's gnuplot script reads:
#
#     NAME.params   sizes in pixels, ranges, and one array entry for each panel and series
#     NAME.frame    the text that stands outside the axes: title, legend, caption
#     NAME.insideN  the text among the data of panel N
#     NAME.dat      the points, one block for each panel or series
#
# Pixels count from the top left of a page that is 1000 wide; style.gp scales them. Every text goes through
# quote(), so nothing that a label holds is ever read as gnuplot code.

BEGIN {
	OFS = "\t"
	params = figure ".params"
	frame = figure ".frame"
	data = figure ".dat"
	page_width = 1000
	page_margin = 20
	identifier = figure
}

function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }

# Widens low and high, both > 0, by a share of their distance and to at least `factor` apart.
function range_set(name, low, high, factor,    spread)
{
	spread = exp(0.05 * log(high / low)) * 1.05
	if (high / low * spread * spread < factor)
		spread = sqrt(factor / (high / low))
	print name "_min = " low / spread "; " name "_max = " high * spread > params
	range_low = low / spread
	range_high = high * spread
}

function three_digits(value)
{
	if (value + 0 == 0)
		return "0"
	if (value < 0.0995)
		return sprintf("%.2g", value)
	if (value < 9.995)
		return sprintf("%.2f", value)
	return sprintf(value < 99.95 ? "%.1f" : "%.0f", value)
}

function duration(ns)
{
	if (ns < 999.5)
		return three_digits(ns) " ns"
	if (ns < 999500)
		return three_digits(ns / 1e3) " us"
	if (ns < 999500000)
		return three_digits(ns / 1e6) " ms"
	return three_digits(ns / 1e9) " s"
}

function size_text(bytes)
{
	if (bytes >= 1048576 && bytes % 1048576 == 0)
		return bytes / 1048576 " MiB"
	if (bytes >= 1024 && bytes % 1024 == 0)
		return bytes / 1024 " KiB"
	return bytes " B"
}

# A character that the font may not have becomes a small square: gnuplot draws a missing one as large as the page.
# Kept are U+0000 to U+07FF and U+2000 to U+2FFF.
function quote(text)
{
	gsub(/[[:cntrl:]]/, " ", text)
	gsub(/[\340\341\343-\367][\200-\277]+/, "□", text)
	gsub(/'/, "''", text)
	return "'" text "'"
}

function text_length(text,    copy)
{
	copy = text
	return length(text) - gsub(/[\200-\277]/, "", copy)
}

# About what DejaVu Sans takes.
function text_width(text, size)
{
	return text_length(text) * size * 0.57
}

# The first `count` characters, never half a UTF-8 sequence.
function text_head(text, count,    i, seen)
{
	for (i = 1; i <= length(text); i++)
		if (substr(text, i, 1) !~ /[\200-\277]/ && ++seen > count)
			break
	return substr(text, 1, i - 1)
}

function clip(text, count)
{
	return text_length(text) <= count ? text : text_head(text, count - 1) "…"
}

# Breaks text into lines of at most `count` characters, at spaces where there are any: wrapped[1..].
function wrap(text, count,    word, n, i, lines, line, head)
{
	n = split(text, word, " ")
	line = ""
	for (i = 1; i <= n; i++) {
		while (text_length(word[i]) > count) {
			head = text_head(word[i], count)
			if (line != "")
				wrapped[++lines] = line
			wrapped[++lines] = head
			line = ""
			word[i] = substr(word[i], length(head) + 1)
		}
		if (line != "" && text_length(line " " word[i]) > count) {
			wrapped[++lines] = line
			line = ""
		}
		line = line == "" ? word[i] : line " " word[i]
	}
	if (line != "")
		wrapped[++lines] = line
	return lines + 0
}

function place_text(text, x, y, align, style)
{
	print "set label " quote(text) " at screen X(" x "), Y(" y ") " align " " style > frame
}

function place_rule(from, to, y, colour)
{
	print "set arrow from screen X(" from "), Y(" y ") to screen X(" to "), Y(" y ") nohead lw 0.8 lc rgb '" \
		colour "'" > frame
}

# Text among the data of the panel that was added last: drawn with it, over its grid.
function place_inside(text, x, y, align, style)
{
	print "set label " quote(text) " at screen X(" x "), Y(" y ") " align " front " style > inside
}

function place_leader(x, y, u, v)
{
	print "set arrow from screen X(" x "), Y(" y ") to screen X(" u "), Y(" v \
		") nohead front lw 0.7 lc rgb '#aaaaaa'" > inside
}

function place_paragraph(text, y, size, style,    n, i)
{
	n = wrap(text, int((page_width - 2 * page_margin) / (size * 0.55)))
	for (i = 1; i <= n; i++) {
		place_text(wrapped[i], page_margin, y, "left", style)
		y += size + 5
	}
	return y
}

# Title and subtitle; gives the y below them.
function place_title(title, subtitle)
{
	place_text(title, page_margin, 26, "left", "@title_text")
	return place_paragraph(stamp_text() subtitle, 48, 11, "@small_text") + 4
}

# One legend entry: `mark` is gnuplot code for a point, `line` for a line, `style` for the text; each may be empty.
# Flows to the right and wraps; legend_y is the row.
function legend_start(y) { legend_x = page_margin; legend_y = y }

function legend_add(text, mark, line, style,    width, sample)
{
	text = clip(text, 140)
	sample = line != "" ? 40 : mark != "" ? 16 : 0
	width = sample + text_width(text, 11) + 22
	if (legend_x > page_margin && legend_x + width > page_width - page_margin) {
		legend_x = page_margin
		legend_y += 18
	}
	if (line != "")
		print "set arrow from screen X(" legend_x "), Y(" legend_y ") to screen X(" legend_x + 32 \
			"), Y(" legend_y ") nohead " line > frame
	if (mark != "")
		print "set label '' at screen X(" legend_x + (line == "" ? 6 : 16) "), Y(" legend_y \
			") point " mark > frame
	place_text(text, legend_x + sample, legend_y, "left", style == "" ? "@legend_text" : style)
	legend_x += width
}

# The y below it; an empty legend takes no room.
function legend_end() { return legend_x > page_margin ? legend_y + 18 : legend_y - 6 }

# The arms, where there are several. mark and line as above, with %d for the arm.
function legend_arms(mark, line,    a, m, l)
{
	if (arms < 2)
		return
	for (a = 1; a <= arms; a++) {
		m = mark
		l = line
		gsub(/%d/, a, m)
		gsub(/%d/, a, l)
		legend_add(arm_label[a], m, l)
	}
}

function panel_add(left, right, top, bottom)
{
	if (panels++ > 0)
		close(inside)
	inside = figure ".inside" panels
	printf "" > inside
	print "panel_left[" panels "] = " left "; panel_right[" panels "] = " right \
		"; panel_top[" panels "] = " top "; panel_bottom[" panels "] = " bottom > params
}

function panels_reserve(count)
{
	print "panels = " count > params
	print "array panel_left[" count "]; array panel_right[" count "]" > params
	print "array panel_top[" count "]; array panel_bottom[" count "]" > params
}

# What a result's conditions say, but for what all arms share when `differing`; what all share otherwise.
function conditions_text(arm, differing,    keys, n, i, a, value, same, text, part)
{
	n = split("machine kernel conditions runs cpus status tool date", keys, " ")
	for (i = 1; i <= n; i++) {
		value = condition[arm, keys[i]]
		same = 1
		for (a = 1; a <= arms; a++)
			if (condition[a, keys[i]] != value)
				same = 0
		if (differing == same || value == "")
			continue
		part = value
		if (keys[i] == "runs")
			part = value (value == 1 ? " run" : " runs") " a cell"
		else if (keys[i] == "cpus")
			part = "CPUs " value
		else if (keys[i] == "status") {
			if (value == "ok" || value == "done" || value ~ /^complete/)
				continue
			part = "status: " value
		}
		text = text == "" ? part : text "; " part
	}
	return text
}

# `notes` (how to read the figure, what was left out), then the conditions of every arm; ends the page.
function place_caption(y, notes,    a, text)
{
	y = place_paragraph(notes, y + 8, 10, "@caption_text") + 4
	text = conditions_text(1, 0)
	if (arms == 1)
		y = place_paragraph((arm_label[1] == "" ? "" : arm_label[1] ": ") text, y, 10, "@caption_text")
	else {
		if (text != "")
			y = place_paragraph((arms == 2 ? "Both: " : "All: ") text, y, 10, "@caption_text")
		for (a = 1; a <= arms; a++) {
			text = conditions_text(a, 1)
			y = place_paragraph(arm_label[a] (text == "" ? "" : ": " text), y, 10, "@caption_text")
		}
	}
	print "page_width = " page_width "; page_height = " int(y + 6) > params
	looks_write("transport", transport_looks)
	looks_write("wait", wait_looks)
	gsub(/[^A-Za-z0-9]/, "_", identifier)
	print "identifier = " quote(identifier) > params
}

# For a subtitle: which results' own controls say that they cannot be trusted.
function untrusted_text(    a, text)
{
	for (a = 1; a <= arms; a++)
		if (condition[a, "a_a.verdict"] == "differs" || condition[a, "positive.verdict"] == "missed")
			text = text (text == "" ? "" : ", ") arm_label[a]
	return text == "" ? "" : "UNTRUSTWORTHY, a control failed in " text ". "
}

# What the user allowed in spite of the method stamps every figure, too.
function stamp_text(    a, text)
{
	for (a = 1; a <= arms; a++)
		if (condition[a, "allowed"] != "")
			text = text (text == "" ? "STAMPED: " : ", ") arm_label[a] " was measured with --allow " condition[a, "allowed"]
	return text == "" ? "" : text ". "
}

# A rate with three digits and its prefix.
function rate_text(value)
{
	if (value < 999.5)
		return three_digits(value) " "
	if (value < 999500)
		return three_digits(value / 1e3) " k"
	if (value < 999500000)
		return three_digits(value / 1e6) " M"
	return three_digits(value / 1e9) " G"
}

# For the caption, from the figures of null in each result that has any.
function null_text(list,    a, text)
{
	for (a = 1; a <= arms; a++)
		if (a in list)
			text = text (text == "" ? "" : "; ") list[a] (arms > 1 ? " (" arm_label[a] ")" : "")
	return text == "" ? "" : " The harness alone (null): " text "."
}

# What the bars are, for a subtitle.
function bars_text(any_interval)
{
	return any_interval ? "bars are 95 % confidence intervals over runs" : "no confidence intervals, which take 6 runs"
}

# The only line on standard output: "draw" and what the figure shows, or "none" and why it is not drawn.
function answer(word, text)
{
	print word "\t" text
}
