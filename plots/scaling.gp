# Scaling: messages per second of all pairs together, and the round trip of each, against how many there are.
# Data: against.awk.

name = "scaling"
rate_title = "messages"
load "plots/against.gp"
