// SPDX-License-Identifier: MIT
/* Counts packets and bytes per protocol at every layer; passes everything. */
#include "../include/counters.h"
#include "../include/parsing.h"

enum protocol_counter {
	COUNT_FRAMES,
	COUNT_VLAN,
	COUNT_ARP,
	COUNT_IPV4,
	COUNT_IPV6,
	COUNT_ETHERNET_OTHER,
	COUNT_FRAGMENTS,
	COUNT_ICMP,
	COUNT_ICMPV6,
	COUNT_TCP,
	COUNT_UDP,
	COUNT_SCTP,
	COUNT_IP_OTHER,
	COUNT_MALFORMED,
	COUNTER_COUNT,
};

COUNTERS(protocols, COUNTER_COUNT);

static __always_inline enum protocol_counter transport_counter(__u8 protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
		return COUNT_ICMP;
	case IPPROTO_ICMPV6:
		return COUNT_ICMPV6;
	case IPPROTO_TCP:
		return COUNT_TCP;
	case IPPROTO_UDP:
		return COUNT_UDP;
	case IPPROTO_SCTP:
		return COUNT_SCTP;
	default:
		return COUNT_IP_OTHER;
	}
}

/* Counts the network layer; returns the counter of the layer above, or of what went wrong. */
static __always_inline enum protocol_counter count_ipv4(struct xdp_md *ctx, struct cursor *frame)
{
	struct iphdr *ip = parse_ipv4(frame);

	if (!ip)
		return COUNT_MALFORMED;
	count(&protocols, COUNT_IPV4, ctx);
	if (ipv4_is_fragment(ip))
		count(&protocols, COUNT_FRAGMENTS, ctx);
	return transport_counter(ip->protocol);
}

static __always_inline enum protocol_counter count_ipv6(struct xdp_md *ctx, struct cursor *frame)
{
	struct ipv6hdr *ip = parse_ipv6(frame);
	__be16 fragment;
	int next;

	if (!ip)
		return COUNT_MALFORMED;
	count(&protocols, COUNT_IPV6, ctx);
	next = skip_ipv6_extensions(frame, ip->nexthdr, &fragment);
	if (next < 0)
		return COUNT_MALFORMED;
	if (fragment)
		count(&protocols, COUNT_FRAGMENTS, ctx);
	return transport_counter(next);
}

SEC("xdp")
int parse_count(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	enum protocol_counter last;
	struct ethhdr *ethernet;
	__be16 protocol;

	count(&protocols, COUNT_FRAMES, ctx);
	ethernet = parse_ethernet(&frame, &protocol);
	if (!ethernet) {
		count(&protocols, COUNT_MALFORMED, ctx);
		return XDP_PASS;
	}
	if (is_vlan(ethernet->h_proto))
		count(&protocols, COUNT_VLAN, ctx);

	if (protocol == bpf_htons(ETH_P_IP))
		last = count_ipv4(ctx, &frame);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		last = count_ipv6(ctx, &frame);
	else if (protocol == bpf_htons(ETH_P_ARP))
		last = COUNT_ARP;
	else
		last = COUNT_ETHERNET_OTHER;
	count(&protocols, last, ctx);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
