// SPDX-License-Identifier: MIT
/*
 * IPv4 and IPv6 router: longest prefix match to a next hop, new MAC addresses, TTL less one. What
 * needs an answer from the router itself (TTL run out, no route, too big for the next hop, options,
 * multicast, a local address) goes to the network stack, unchanged.
 *
 * A next hop's port is a slot of the devmap `ports`. A slot without a device sends the packet back
 * out of the interface it came from: a router on a stick.
 */
#include "../include/checksum.h"
#include "../include/counters.h"
#include "../include/parsing.h"

#define MAX_ROUTES 4096
#define MAX_NEXT_HOPS 256
#define MAX_PORTS 64

struct prefix4 {
	__u32 length;
	__u8 address[4];
};

struct prefix6 {
	__u32 length;
	__u8 address[16];
};

struct next_hop {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
	__u32 port;
	__u16 mtu; /* of the IP packet; 0: this host itself */
	__u16 unused;
};

enum outcome {
	FORWARDED,
	TO_STACK_NOT_ROUTABLE, /* not IP, multicast, options, broadcast frame */
	TO_STACK_NO_ROUTE,
	TO_STACK_LOCAL,
	TO_STACK_EXPIRED,
	TO_STACK_TOO_BIG,
	DROPPED_MALFORMED,
	OUTCOME_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_ROUTES);
	__type(key, struct prefix4);
	__type(value, __u32); /* index in next_hops */
} routes4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_ROUTES);
	__type(key, struct prefix6);
	__type(value, __u32);
} routes6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_NEXT_HOPS);
	__type(key, __u32);
	__type(value, struct next_hop);
} next_hops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u32);
	__type(value, __u32); /* ifindex */
} ports SEC(".maps");

COUNTERS(outcomes, OUTCOME_COUNT);

/* Finds the way and checks what both families check; `size` is that of the IP packet in bytes. */
static __always_inline enum outcome check_route(const __u32 *route, __u8 ttl, __u32 size,
						struct next_hop **hop)
{
	if (!route)
		return TO_STACK_NO_ROUTE;
	*hop = bpf_map_lookup_elem(&next_hops, route);
	if (!*hop)
		return TO_STACK_NO_ROUTE;
	if ((*hop)->mtu == 0)
		return TO_STACK_LOCAL;
	if (ttl <= 1)
		return TO_STACK_EXPIRED;
	if (size > (*hop)->mtu)
		return TO_STACK_TOO_BIG;
	return FORWARDED;
}

static __always_inline enum outcome route_ipv4(struct cursor *frame, struct next_hop **hop)
{
	struct iphdr *ip = parse_ipv4(frame);
	struct prefix4 key = { .length = 32 };
	enum outcome outcome;
	__u16 before;

	if (!ip)
		return DROPPED_MALFORMED;
	if (ip->ihl != 5 || (ip->daddr & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000))
		return TO_STACK_NOT_ROUTABLE;

	__builtin_memcpy(key.address, &ip->daddr, sizeof(key.address));
	outcome = check_route(bpf_map_lookup_elem(&routes4, &key), ip->ttl,
			      bpf_ntohs(ip->tot_len), hop);
	if (outcome != FORWARDED)
		return outcome;

	/* TTL is the high byte of the 16-bit word that it shares with the protocol. */
	before = bpf_htons(ip->ttl << 8 | ip->protocol);
	ip->ttl -= 1;
	ip->check = checksum_update(ip->check, before, bpf_htons(ip->ttl << 8 | ip->protocol));
	return FORWARDED;
}

static __always_inline enum outcome route_ipv6(struct cursor *frame, struct next_hop **hop)
{
	struct ipv6hdr *ip = parse_ipv6(frame);
	struct prefix6 key = { .length = 128 };
	enum outcome outcome;

	if (!ip)
		return DROPPED_MALFORMED;
	/* Multicast ff00::/8 and link-local fe80::/10 never leave the link. */
	if (ip->daddr.s6_addr[0] == 0xff ||
	    (ip->daddr.s6_addr16[0] & bpf_htons(0xffc0)) == bpf_htons(0xfe80))
		return TO_STACK_NOT_ROUTABLE;

	__builtin_memcpy(key.address, &ip->daddr, sizeof(key.address));
	outcome = check_route(bpf_map_lookup_elem(&routes6, &key), ip->hop_limit,
			      bpf_ntohs(ip->payload_len) + sizeof(*ip), hop);
	if (outcome != FORWARDED)
		return outcome;
	ip->hop_limit -= 1;
	return FORWARDED;
}

SEC("xdp")
int router(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	struct next_hop *hop = NULL;
	enum outcome outcome;
	struct ethhdr *ethernet;
	__be16 protocol;

	ethernet = parse_ethernet(&frame, &protocol);
	if (!ethernet)
		outcome = DROPPED_MALFORMED;
	else if (ethernet->h_dest[0] & 1) /* the group bit: multicast and broadcast */
		outcome = TO_STACK_NOT_ROUTABLE;
	else if (protocol == bpf_htons(ETH_P_IP))
		outcome = route_ipv4(&frame, &hop);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		outcome = route_ipv6(&frame, &hop);
	else
		outcome = TO_STACK_NOT_ROUTABLE;
	count(&outcomes, outcome, ctx);

	if (outcome == DROPPED_MALFORMED)
		return XDP_DROP;
	if (outcome != FORWARDED || !hop)
		return XDP_PASS;
	__builtin_memcpy(ethernet->h_dest, hop->destination, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, hop->source, ETH_ALEN);
	return bpf_redirect_map(&ports, hop->port, XDP_TX);
}

char _license[] SEC("license") = "Dual MIT/GPL";
