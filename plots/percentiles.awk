# The axis of percentiles, stretched as 1/(1-q), that several figures share; `furthest` is its last point.

# Names for as many of the percentiles as have room below an axis of `width` pixels, those that matter most first;
# every one has a tick. Small axes do without the sign. A tick's text is a format, where %% is a %.
function percentile_ticks(width, is_small,    sign, size, i, k, n, tail, name, x, half, order, is_named, text)
{
	sign = is_small ? "" : " %"
	size = is_small ? 9 : 10
	tail[1] = 1
	tail[2] = 2
	for (n = 2; tail[n] * (n == 2 ? 5 : 10) <= furthest * 1.15; n++)
		tail[n + 1] = n == 2 ? 10 : 10 * tail[n]
	name[1] = "0"
	name[2] = "50"
	name[3] = "90"
	name[4] = "99"
	for (i = 5; i <= n; i++)
		name[i] = name[i - 1] (i == 5 ? ".9" : "9")
	split("4 3 5 2 6 1", order, " ")
	for (k = 1; k <= max(n, 6); k++) {
		i = k <= 6 ? order[k] : k
		if (i > n)
			continue
		x[i] = width * log(tail[i]) / log(furthest * 1.15)
		half[i] = text_width(name[i] sign, size) / 2
		is_named[i] = has_room(i, n, x, half, is_named)
	}
	for (i = 1; i <= n; i++)
		text = text (i == 1 ? "" : ", ") "'" (is_named[i] ? name[i] (sign == "" ? "" : " %%") : "") "' " tail[i]
	return text " "
}

function has_room(i, n, x, half, is_named,    j)
{
	for (j = 1; j <= n; j++)
		if (is_named[j] && x[i] - half[i] < x[j] + half[j] + 6 && x[i] + half[i] > x[j] - half[j] - 6)
			return 0
	return 1
}
