# Fan-in: the median round trip of a consumer that waits for many connections, against their number, one curve a
# wait. Data: against.awk.

name = "fan-in"
rate_title = "messages"
load "plots/against.gp"
