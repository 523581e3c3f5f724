# One colour and one shape for each transport and each wait, the same in every figure; place_caption() hands them to
# style.gp. The transports of a family share a hue and differ in lightness and shape, so that a figure printed in
# grey still tells them apart; neighbouring families differ in lightness, too, for eyes that do not see all hues.
# Shapes are gnuplot's: 5 square, 7 circle, 9 and 11 triangles, 13 diamond, 15 pentagon; one less is the same, hollow.
# A transport that is not here has the colour and shape of a hash of its name, and stands among "others".

BEGIN {
	family("null", "the harness alone", "null 0x707070 2")
	family("pipes", "pipes", "pipe 0x0B4F94 7, fifo 0x4FA3DC 13, pipe-vmsplice 0x2375C4 9, splice 0x86B6DC 5")
	family("memory", "shared memory", \
		"shm 0xB2182B 7, shm-huge 0x7A0F1C 5, shm-posix 0xE0542A 9, shm-sysv 0xF08A3C 13, process-vm 0xE3A520 11")
	family("notify", "notification, payload in shared memory", \
		"eventfd 0x8C1862 7, futex 0xD4478F 13, sem-posix 0xB0307A 9, sem-sysv 0xE58AB8 11, condvar 0x5E0F42 5, " \
		"signal 0xC774B0 15, signalfd 0x9A4A86 5")
	family("queues", "message queues", "mq-posix 0x857400 7, mq-sysv 0xC4A82A 5")
	family("unix", "Unix sockets", \
		"socketpair-stream 0x4DAF6B 7, socketpair-seqpacket 0x7DBB42 5, socketpair-dgram 0x9CCB86 13, " \
		"unix-stream 0x0A6B3B 7, unix-seqpacket 0x3F7A1D 5, unix-abstract 0x11915A 9, unix-dgram 0x5E8F3C 13, " \
		"unix-unconnected 0x74A860 11, scm-rights 0x0A4A2A 15")
	family("tcp", "TCP and other streams over IP", \
		"tcp 0x40260F 7, tcp-nagle 0x8A5A2B 5, tcp6 0xB98450 13, tls 0x6B3E14 9, tls-kernel 0xA8703A 11, " \
		"tcp-veth 0x5C4033 15, tcp-zerocopy 0xCDA377 7, vsock 0x9C8468 5")
	family("udp", "UDP", "udp 0x5B2A86 7, udp-unconnected 0x9A6FC0 11, udp6 0xBFA0DA 13, udp-veth 0x7A4FB0 15")
	family("uring", "io_uring", "uring-pipe 0x00616B 7, uring-socketpair 0x2A9DA8 13, uring-tcp 0x6CBFC6 9, " \
		"uring-udp 0x3F7F86 5")
	family("library", "libraries", "zmq 0x1E2A38 7, nng 0x52616F 13, dbus 0x8495A5 5")
	others = families + 1
	family_title[others] = "others"

	wait_looks = "none 0x707070 7, block 0x4A4A4A 7, poll 0xC8451B 5, select 0xE69F00 9, epoll 0x0060A8 13, " \
		"epoll-et 0x56B4E9 15, io-uring 0x009E73 11, futex 0x332288 7, sem 0x999933 5, condvar 0x882255 9, " \
		"eventfd 0x117733 13, hybrid 0xAA4499 15, spin 0xCC79A7 11"
}

# members: a transport, its colour and its shape each.
function family(name, title, members,    list, look, n, i)
{
	family_title[++families] = title
	n = split(members, list, ", ")
	for (i = 1; i <= n; i++) {
		split(list[i], look, " ")
		transport_family[look[1]] = families
		transport_looks = transport_looks (transport_looks == "" ? "" : ", ") list[i]
	}
}

function family_of(transport) { return transport in transport_family ? transport_family[transport] : others }

# Three lists for style.gp: names, colours, shapes.
function looks_write(name, looks,    list, look, n, i, names, colours, shapes)
{
	n = split(looks, list, ", ")
	for (i = 1; i <= n; i++) {
		split(list[i], look, " ")
		names = names " " look[1]
		colours = colours " " look[2]
		shapes = shapes " " look[3]
	}
	print name "_names = '" substr(names, 2) "'; " name "_colours = '" substr(colours, 2) "'; " name "_shapes = '" \
		substr(shapes, 2) "'" > params
}
