/* SPDX-License-Identifier: MIT */
/* The 5-tuple of a frame, one layout for IPv4 and IPv6, fit to be a hash key. */
#ifndef ANYBPF_FLOW_H
#define ANYBPF_FLOW_H

#include "parsing.h"

/* IPv6; an IPv4 address a.b.c.d stands as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). */
struct address {
	__be32 word[4];
};

/* 40 bytes without holes; `zero` must be zero, it is part of the key. */
struct flow {
	struct address source;
	struct address destination;
	struct ports ports; /* 0 where the protocol has none, and in later fragments */
	__u8 protocol;
	__u8 zero[3];
};

enum flow_status {
	FLOW_WHOLE,
	FLOW_FRAGMENT, /* any fragment, the first included */
	FLOW_NOT_IP,
	FLOW_MALFORMED,
};

static __always_inline struct address ipv4_mapped(__be32 address)
{
	struct address mapped = { .word = { 0, 0, bpf_htonl(0xffff), address } };

	return mapped;
}

static __always_inline struct address ipv6_address(const struct in6_addr *address)
{
	struct address copy = { .word = { address->in6_u.u6_addr32[0], address->in6_u.u6_addr32[1],
					  address->in6_u.u6_addr32[2], address->in6_u.u6_addr32[3] } };

	return copy;
}

/* Fills `flow` from the frame under the cursor; it is complete for the first two results only. */
static __always_inline enum flow_status parse_flow(struct cursor *frame, struct flow *flow)
{
	enum flow_status status = FLOW_WHOLE;
	int later_fragment = 0;
	__be16 protocol;

	if (!parse_ethernet(frame, &protocol))
		return FLOW_MALFORMED;

	if (protocol == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(frame);

		if (!ip)
			return FLOW_MALFORMED;
		flow->source = ipv4_mapped(ip->saddr);
		flow->destination = ipv4_mapped(ip->daddr);
		flow->protocol = ip->protocol;
		if (ipv4_is_fragment(ip))
			status = FLOW_FRAGMENT;
		later_fragment = ipv4_is_later_fragment(ip);
	} else if (protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(frame);
		__be16 fragment;
		int next;

		if (!ip)
			return FLOW_MALFORMED;
		flow->source = ipv6_address(&ip->saddr);
		flow->destination = ipv6_address(&ip->daddr);
		next = skip_ipv6_extensions(frame, ip->nexthdr, &fragment);
		if (next < 0)
			return FLOW_MALFORMED;
		flow->protocol = next;
		if (fragment)
			status = FLOW_FRAGMENT;
		later_fragment = fragment & bpf_htons(0xfff8);
	} else {
		return FLOW_NOT_IP;
	}

	if (has_ports(flow->protocol) && !later_fragment) {
		struct ports *ports = parse_ports(frame);

		if (!ports)
			return FLOW_MALFORMED;
		flow->ports = *ports;
	}
	return status;
}

#endif
