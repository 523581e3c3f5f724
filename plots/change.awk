# What the figures of changes share: changes are natural logarithms of ratios, on an axis that reaches as far to one
# side as to the other, from -edge to edge.

function abs(value) { return value < 0 ? -value : value }

function logarithm(text) { return text == "" || text + 0 <= 0 ? missing : log(text) }

function change_text(x,    change)
{
	if (x == missing)
		return "—"
	change = 100 * (exp(x) - 1)
	if (change > -0.05 && change < 0.05)
		return "0.0 %"
	return sprintf(change < 99.95 ? "%+.1f %%" : "%+.0f %%", change)
}

function percent_text(fraction) { return sprintf("%.2g %%", 100 * fraction) }

# A change that the axis should reach.
function reach_add(value)
{
	if (value != missing) {
		reach_order[++reach_count] = reach_count
		reach[reach_count] = abs(value)
	}
}

# Sets `edge`: as far as `share` of all that was added, so that a few do not squeeze all others, or as all of them
# where that is not far; at least `least`, a ratio.
function reach_set(share, least)
{
	edge = 0
	if (reach_count > 0) {
		sort_list(reach_order, reach_count, reach)
		edge = reach[reach_order[reach_count]]
		if (edge > log(1.5))
			edge = min(edge, max(log(1.5), 1.1 * reach[reach_order[int(share * reach_count + 0.5)]]))
	}
	edge = max(log(least), edge * 1.06)
	print "edge = " edge > params
}

function clamp(value) { return value == missing ? missing : max(-edge, min(edge, value)) }

# Changes in per cent from 0 outwards, as many as have room on an axis of `span` pixels, `room` pixels each.
function change_ticks(span, room,    list, n, i, side, x, last, text)
{
	n = split("1 2 5 10 20 30 50 75 100 150 200 300 500 900", list, " ")
	text = "'0' 0"
	for (side = -1; side <= 1; side += 2) {
		last = 0
		for (i = 1; i <= n; i++) {
			if (side < 0 && list[i] >= 100)
				break
			x = log(1 + side * list[i] / 100)
			if (abs(x) > edge || abs(x - last) / edge * span / 2 < room)
				continue
			last = x
			text = text ", '" (side < 0 ? "-" : "+") list[i] " %%' " x
		}
	}
	return text " "
}

# The same ticks without their names.
function unnamed(ticks)
{
	gsub(/'[^']*'/, "''", ticks)
	return ticks
}
