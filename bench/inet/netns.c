/* See netns.h. The kernel is asked over rtnetlink(7), as ip(8) does. */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"

#define NEEDED "needs CAP_SYS_ADMIN and CAP_NET_ADMIN (run as root)"

/* Of those kept for documentation (RFC 5737): nothing else is in these namespaces. */
#define NETWORK     0xc0000200 /* 192.0.2.0 */
#define PREFIX_BITS 30

union inet_address netns_address(enum side side)
{
	return (union inet_address){
		.v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(NETWORK + 1 + side)}};
}

int netns_enter(const struct netns *netns, enum side side)
{
	return setns(netns->ns[side], CLONE_NEWNET) < 0 ? fail("setns") : 0;
}

/* No other error of set-up is like it: it must not read as one that leaves out a cell. */
int netns_leave(const struct netns *netns)
{
	return setns(netns->own, CLONE_NEWNET) < 0
		? fail_text(ENOTRECOVERABLE,
			  "setns: %s: the harness is left in another network namespace",
			  strerror(errno))
		: 0;
}

/* Nothing is open. */
static void init(struct netns *netns)
{
	netns->own = netns->ns[SIDE_PRODUCER] = netns->ns[SIDE_CONSUMER] = -1;
}

void netns_close(struct netns *netns)
{
	int *const fds[] = {&netns->own, &netns->ns[SIDE_PRODUCER], &netns->ns[SIDE_CONSUMER]};

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

#ifdef IPCMARK_HAVE_MNL

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/in6.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <poll.h>
#include <stdalign.h>

#define LOOPBACK        1       /* the index of lo, always */
#define INTERFACE       "veth0" /* in both */
#define MESSAGE_BYTES   8192    /* MNL_SOCKET_BUFFER_SIZE is no constant */
#define LINK_TIMEOUT_MS 5000

/* A request under way, and the place for the answer. */
struct request {
	alignas(struct nlmsghdr) char bytes[MESSAGE_BYTES];
};

static int open_netlink(struct mnl_socket **netlink, unsigned groups)
{
	*netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!*netlink)
		return fail("socket(AF_NETLINK)");
	if (mnl_socket_bind(*netlink, groups, MNL_SOCKET_AUTOPID) < 0) {
		int err = fail("bind(AF_NETLINK)");

		mnl_socket_close(*netlink);
		return err;
	}
	return 0;
}

/* A message into the buffer; -1 with errno otherwise. */
static ssize_t receive(const struct mnl_socket *netlink, struct request *buffer)
{
	ssize_t got;

	do
		got = mnl_socket_recvfrom(netlink, buffer->bytes, sizeof buffer->bytes);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Sends the request over a socket of this namespace and waits for the verdict. */
static int ask(struct request *request, const char *what)
{
	struct nlmsghdr *header = (struct nlmsghdr *)request->bytes;
	struct mnl_socket *netlink;
	int err = open_netlink(&netlink, 0);

	if (err)
		return err;
	header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0) {
		err = fail("send(AF_NETLINK)");
	} else {
		ssize_t got = receive(netlink, request);

		if (got < 0 ||
			mnl_cb_run(request->bytes, (size_t)got, 0, mnl_socket_get_portid(netlink),
				NULL, NULL) < 0)
			err = errno == EPERM ? fail_text(EPERM, NEEDED) : fail(what);
	}
	mnl_socket_close(netlink);
	return err;
}

static struct nlmsghdr *begin(struct request *request, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(request->bytes);

	header->nlmsg_type = type;
	header->nlmsg_flags = flags;
	return header;
}

/* Chosen, so that nobody has to ask; far from those that a new namespace is born with. */
static int interface_index(enum side side)
{
	return 1000 + (int)side;
}

/* Locally administered, and chosen, too. */
static void put_hardware_address(struct nlmsghdr *header, uint16_t attribute, enum side side)
{
	const uint8_t address[] = {0x02, 0, 0, 0, 0, (uint8_t)(1 + side)};

	mnl_attr_put(header, attribute, sizeof address, address);
}

/* For both ends the same: the header and what an interface is called that is to be made. */
static void put_interface(struct nlmsghdr *header, enum side side)
{
	struct ifinfomsg *message = mnl_nlmsg_put_extra_header(header, sizeof *message);

	message->ifi_index = interface_index(side);
	mnl_attr_put_strz(header, IFLA_IFNAME, INTERFACE);
	put_hardware_address(header, IFLA_ADDRESS, side);
}

/* The pair, in the consumer's namespace: one end there, the other in the producer's. */
static int add_pair(const struct netns *netns)
{
	struct request request;
	struct nlmsghdr *header = begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;
	int err;

	put_interface(header, SIDE_CONSUMER);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
	put_interface(header, SIDE_PRODUCER);
	mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)netns->ns[SIDE_PRODUCER]);
	mnl_attr_nest_end(header, peer);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	err = ask(&request, "RTM_NEWLINK(veth)");
	return err == -EOPNOTSUPP
		? fail_text(EPROTONOSUPPORT, "no veth: load the module veth (CONFIG_VETH)")
		: err;
}

static int add_address(enum side side)
{
	struct request request;
	struct nlmsghdr *header = begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *message = mnl_nlmsg_put_extra_header(header, sizeof *message);
	in_addr_t address = netns_address(side).v4.sin_addr.s_addr;

	message->ifa_family = AF_INET;
	message->ifa_prefixlen = PREFIX_BITS;
	message->ifa_index = (unsigned)interface_index(side);
	mnl_attr_put(header, IFA_LOCAL, sizeof address, &address);
	mnl_attr_put(header, IFA_ADDRESS, sizeof address, &address);
	return ask(&request, "RTM_NEWADDR");
}

/* The other end is known for good: else it would be asked for now and then while messages flow, and
 * a thousand pairs would fill the table of neighbours that all namespaces of a machine share. */
static int add_neighbour(enum side side)
{
	struct request request;
	struct nlmsghdr *header = begin(&request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
	struct ndmsg *message = mnl_nlmsg_put_extra_header(header, sizeof *message);
	in_addr_t address = netns_address(side_peer(side)).v4.sin_addr.s_addr;

	message->ndm_family = AF_INET;
	message->ndm_ifindex = interface_index(side);
	message->ndm_state = NUD_PERMANENT;
	mnl_attr_put(header, NDA_DST, sizeof address, &address);
	put_hardware_address(header, NDA_LLADDR, side_peer(side));
	return ask(&request, "RTM_NEWNEIGH");
}

/* Without an IPv6 address of its own no interface looks for routers and neighbours, which would go
 * on for seconds after it is up. A kernel without IPv6 refuses, and needs no telling. */
static void leave_ipv6_out(int index)
{
	struct request request;
	struct nlmsghdr *header = begin(&request, RTM_NEWLINK, 0);
	struct ifinfomsg *message = mnl_nlmsg_put_extra_header(header, sizeof *message);
	struct nlattr *families, *ipv6;

	message->ifi_index = index;
	families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
	ipv6 = mnl_attr_nest_start(header, AF_INET6);
	mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(header, ipv6);
	mnl_attr_nest_end(header, families);
	(void)ask(&request, "RTM_NEWLINK(addr_gen_mode)");
}

static int set_up(int index)
{
	struct request request;
	struct nlmsghdr *header = begin(&request, RTM_NEWLINK, 0);
	struct ifinfomsg *message = mnl_nlmsg_put_extra_header(header, sizeof *message);

	message->ifi_index = index;
	message->ifi_flags = message->ifi_change = IFF_UP;
	return ask(&request, "RTM_NEWLINK(IFF_UP)");
}

/* lo and the interface of a side, with its address. */
static int configure(const struct netns *netns, enum side side)
{
	int err = netns_enter(netns, side);

	if (err)
		return err;
	leave_ipv6_out(interface_index(side));
	err = set_up(LOOPBACK);
	if (!err)
		err = add_address(side);
	if (!err)
		err = set_up(interface_index(side));
	return err ? err : add_neighbour(side);
}

static int note_state(const struct nlattr *attribute, void *is_up)
{
	if (mnl_attr_get_type(attribute) == IFLA_OPERSTATE &&
		mnl_attr_get_u8(attribute) == IF_OPER_UP)
		*(bool *)is_up = true;
	return MNL_CB_OK;
}

/* IFF_RUNNING would not do: it is also set where the state is not known yet. */
static int note_link(const struct nlmsghdr *header, void *is_up)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);

	if (header->nlmsg_type != RTM_NEWLINK || link->ifi_index == LOOPBACK)
		return MNL_CB_OK;
	return mnl_attr_parse(header, sizeof *link, note_state, is_up);
}

/* Until the interface that was the first to be up may send: the kernel tells it in the background
 * that the other end is there, and drops what is sent before. */
static int await_carrier(const struct mnl_socket *events)
{
	struct pollfd event = {.fd = mnl_socket_get_fd(events), .events = POLLIN};
	struct request buffer;
	bool is_up = false;

	while (!is_up) {
		int ready = poll(&event, 1, LINK_TIMEOUT_MS);
		ssize_t got = 0;

		if (ready == 0)
			return fail_text(ETIMEDOUT, "the veth pair has no carrier after %d s",
				LINK_TIMEOUT_MS / 1000);
		if (ready > 0)
			got = receive(events, &buffer);
		else if (errno != EINTR)
			return fail("poll");
		if (got < 0 || mnl_cb_run(buffer.bytes, (size_t)got, 0, 0, note_link, &is_up) < 0)
			return fail("recv(RTNLGRP_LINK)");
	}
	return 0;
}

/* The producer's interface is the first to be up: its events tell when the link carries. */
static int join(const struct netns *netns)
{
	struct mnl_socket *events;
	int err = add_pair(netns);

	if (!err)
		err = netns_enter(netns, SIDE_PRODUCER);
	if (!err)
		err = open_netlink(&events, RTMGRP_LINK);
	if (err)
		return err;
	err = configure(netns, SIDE_PRODUCER);
	if (!err)
		err = configure(netns, SIDE_CONSUMER);
	if (!err)
		err = await_carrier(events);
	mnl_socket_close(events);
	return err;
}

/* That of the thread, and not of the process: they may differ. */
static int open_own(int *fd)
{
	*fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && errno == ENOENT)
		return fail_text(ENOSYS, "no network namespaces in this kernel (CONFIG_NET_NS)");
	return *fd < 0 ? fail("open(/proc/thread-self/ns/net)") : 0;
}

static int unshare_network(void)
{
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	return errno == EPERM ? fail_text(EPERM, NEEDED) : fail("unshare(CLONE_NEWNET)");
}

/* In the first of the two; ends in any of them. */
static int build(struct netns *netns)
{
	int err = open_own(&netns->ns[SIDE_PRODUCER]);

	if (!err)
		err = unshare_network();
	if (!err)
		err = open_own(&netns->ns[SIDE_CONSUMER]);
	return err ? err : join(netns);
}

int netns_open(struct netns *netns)
{
	int err, lost;

	init(netns);
	err = open_own(&netns->own);
	if (!err)
		err = unshare_network();
	if (err)
		return err;
	err = build(netns);
	lost = netns_leave(netns);
	return lost ? lost : err;
}

#else

int netns_open(struct netns *netns)
{
	init(netns);
	return fail_text(ENOSYS, "built without libmnl (libmnl-dev)");
}

#endif
