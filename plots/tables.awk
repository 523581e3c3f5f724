# What the figures share, first half: reads the exported tables, and names and orders what is in them. POSIX
# awk, so that mawk will do; bytes rather than characters (LC_ALL=C).

BEGIN {
	FS = "\t"
	missing = "NaN"
	placement_order = " same-cpu smt same-llc cross-llc cross-numa floating "
	placement_text["same-cpu"] = "both sides on one CPU"
	placement_text["smt"] = "two hardware threads of one core"
	placement_text["same-llc"] = "two cores that share the last-level cache"
	placement_text["cross-llc"] = "two cores with separate last-level caches"
	placement_text["cross-numa"] = "two NUMA nodes"
	placement_text["floating"] = "not pinned"
	# What a figure's caption tells of cells that were not measured.
	figure_pattern = figure ~ /^(throughput|batch|buffer)/ ? "stream" : figure ~ /^latency-against/ ? "paced" : \
		figure == "fan-in" ? "fanin" : "pingpong"
}

# The conditions stand before the other tables: every arm is known by now.
FNR == 1 && table == "cells" { tell_arms_apart() }

FNR == 1 {
	for (i = 1; i <= NF; i++)
		column[table, $i] = i
	next
}

table == "conditions" {
	i = arm_of(field("file"))
	arm_label[i] = field("label")
	condition[i, field("key")] = field("value")
	next
}

# Controls prove what the results can tell; they are no mechanisms.
table != "conditions" && figure != "a-a" && axis("control") != "" { next }

# Placements where nothing was measured have no panel; the caption says why.
table == "cells" && (field("pattern") == figure_pattern || (figure_pattern == "pingpong" && is_round_trip())) {
	i = place_of_cell()
	if (field("status") == "ok")
		is_measured[i] = 1
	else {
		note = field("status") (field("note") == "" ? "" : ": " field("note"))
		if (!((i, note) in skip_known)) {
			skip_known[i, note] = 1
			if (++skip_reasons[i] <= 2)
				skip_text[i] = skip_text[i] (skip_text[i] == "" ? "" : "; ") note
		}
	}
}

function field(name)
{
	if (!((table, name) in column)) {
		print "ipcmark: the exported table " table " has no column " name > "/dev/stderr"
		failed = 1
		exit 2
	}
	return $column[table, name]
}

# Before the END of any figure.
END {
	if (failed)
		exit 2
}

# Numbers 1.. in the order of appearance.

# An arm is one file.
function arm_of(file)
{
	if (!(file in arm_number)) {
		arm_number[file] = ++arms
		arm_file[arms] = file
	}
	return arm_number[file]
}

# Results that share a label, or have none, are named by their files.
function tell_arms_apart(    a, count)
{
	for (a = 1; a <= arms; a++)
		count[arm_label[a]]++
	for (a = 1; a <= arms; a++)
		if (arms > 1 && arm_label[a] == "")
			arm_label[a] = arm_file[a]
		else if (count[arm_label[a]] > 1)
			arm_label[a] = arm_label[a] " (" arm_file[a] ")"
}

# The value of an axis in the name of this line's cell, "" where it has none.
function axis(name,    cell)
{
	cell = field("cell") "/"
	if (!match(cell, "/" name "=[^/]*/"))
		return ""
	return substr(cell, RSTART + length(name) + 2, RLENGTH - length(name) - 3)
}

# The patterns of one message in flight between two sides.
function is_round_trip() { return field("pattern") ~ /^(pingpong|connect|write-write-read)$/ }

# What else than its CPUs sets a cell apart, in words: such cells have panels of their own. Those with axes are named
# by them, and stand together.
function cell_condition(cell,    text)
{
	if (cell ~ /^connect\//)
		text = ", a connection for each message"
	else if (cell ~ /^write-write-read\//)
		text = ", the request in two writes"
	if (axis("think") != "")
		text = text ", idle for " axis("think") " before each round trip"
	return text (cell ~ /\/(batch|pairs|buffer|sides|connections|active)=/ ? ", with further axes" : "")
}

function place_of_cell() { return placement_of(field("placement"), cell_condition(field("cell"))) }

# A placement is a panel, or a group of them; `condition` ends its title.
function placement_of(base, condition,    name, rank)
{
	name = base condition
	if (!(name in placement_number)) {
		placement_number[name] = ++placements
		placement_name[placements] = name
		placement_base[placements] = base
		placement_condition[placements] = condition
		rank = index(placement_order, " " base " ")
		placement_rank[placements] = (rank ? rank : 1000 + placements) + (condition != "") / 4 + \
			(condition ~ /axes/) / 4
	}
	return placement_number[name]
}

# A mechanism is what a row or a curve stands for: transport, wait, and the axes after the placement in the
# cell's name, but for think time and a fan-in's active connections, which are part of its placement, and the load or
# the axis `along` which it is a curve. Its way is the wait and the axes: what sets it apart from others of its transport.
function mechanism_of(transport, wait, cell,    label, way, part, n, i)
{
	way = wait
	label = transport
	if (wait != "none" && wait != "")
		label = label " " wait
	n = split(cell, part, "/")
	for (i = 6; i <= n; i++) {
		if (part[i] ~ /^(think|load|rate|control)=/ || index(part[i], along "=") == 1 || \
		    (part[1] == "fanin" && part[i] ~ /^active=/))
			continue
		label = label " " part[i]
		way = way " " part[i]
	}
	if (!(label in mechanism_number)) {
		mechanism_number[label] = ++mechanisms
		mechanism_label[mechanisms] = transport == "null" ? "null (harness alone)" : label
		mechanism_transport[mechanisms] = transport
		mechanism_spins[mechanisms] = wait == "spin" || wait == "hybrid"
		mechanism_way[mechanisms] = way
		# The usual way is the first in which it sleeps.
		mechanism_is_usual[mechanisms] = !mechanism_spins[mechanisms] && way == wait && !(transport in has_usual_way)
		if (mechanism_is_usual[mechanisms])
			has_usual_way[transport] = 1
	}
	return mechanism_number[label]
}

function has_flag(flags, word)
{
	return index("," flags ",", "," word ",") > 0
}

# Where the clock is too coarse for one message, batches are timed: their percentiles are not the messages'.
function is_batched(flags) { return has_flag(flags, "batched") }

function number_or_missing(text)
{
	return text == "" ? missing : text + 0
}

# 64 B where it was measured, else the commonest size, else the smallest of those: count[size].
function choose_size(count, sizes, n,    i, best)
{
	for (i = 1; i <= n; i++) {
		if (sizes[i] == 64)
			return 64
		if (best == "" || count[sizes[i]] > count[best] ||
		    (count[sizes[i]] == count[best] && sizes[i] + 0 < best + 0))
			best = sizes[i]
	}
	return best
}

# Stable; list[1..n] by key[list[i]], ascending.
function sort_list(list, n, key,    i, j, held)
{
	for (i = 2; i <= n; i++) {
		held = list[i]
		for (j = i - 1; j >= 1 && key[list[j]] + 0 > key[held] + 0; j--)
			list[j + 1] = list[j]
		list[j + 1] = held
	}
}

function sorted_placements(list,    i)
{
	for (i = 1; i <= placements; i++)
		list[i] = i
	sort_list(list, placements, placement_rank)
	return placements
}

# For the caption.
function unmeasured_text(    i, p, list, text)
{
	sorted_placements(list)
	for (i = 1; i <= placements; i++) {
		p = list[i]
		if (!(p in skip_reasons) || (p in is_measured))
			continue
		text = text (text == "" ? "" : ", ") placement_name[p] \
			" (" skip_text[p] (skip_reasons[p] > 2 ? "; and others" : "") ")"
	}
	return text == "" ? "" : " Without a panel: " text "."
}

function placement_title(p,    base, text)
{
	base = placement_base[p]
	if (base in placement_text)
		return base placement_suffix[p] ": " placement_text[base] placement_condition[p]
	text = "CPUs " base
	if (placement_class[p] != "" && placement_class[p] != base)
		text = text " (" placement_class[p] ")"
	return text placement_suffix[p] placement_condition[p]
}
