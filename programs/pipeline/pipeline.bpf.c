// SPDX-License-Identifier: MIT
/*
 * Three programs in a row, each free to be replaced while traffic flows: parse -> policy -> forward.
 * They call one another through a program array and hand the flow's class on in the metadata area
 * before the frame. The last one marks the packet (RFC 2474) in a function of its own.
 */
#include "../include/checksum.h"
#include "../include/counters.h"
#include "../include/flow.h"

#define MAX_POLICIES 256
#define MAX_PORTS 16

enum stage {
	STAGE_POLICY,
	STAGE_FORWARD,
	STAGE_COUNT,
};

/* Handed from stage to stage in front of the frame; a multiple of 4 bytes, at most 32. */
struct metadata {
	struct ports ports;
	__u8 protocol;
	__u8 is_ipv6;
	__u8 network; /* offset of the IP header in the frame */
	__u8 dscp;
	__u32 port;
};

struct policy_key {
	__be16 port; /* destination; 0 stands for every port of the protocol */
	__u8 protocol;
	__u8 zero;
};

struct policy {
	__u8 allow;
	__u8 dscp; /* 0..63 */
	__u16 port;
};

struct port {
	__u8 destination[ETH_ALEN];
	__u8 source[ETH_ALEN];
};

enum outcome {
	FORWARDED,
	PASSED_NOT_IP,
	DROPPED_MALFORMED,
	DROPPED_POLICY,
	DROPPED_NO_PORT,
	DROPPED_NO_STAGE,
	OUTCOME_COUNT,
};

int policy(struct xdp_md *ctx);
int forward(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, STAGE_COUNT);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} stages SEC(".maps") = {
	.values = {
		[STAGE_POLICY] = (void *)&policy,
		[STAGE_FORWARD] = (void *)&forward,
	},
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_POLICIES);
	__type(key, struct policy_key);
	__type(value, struct policy);
} policies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_PORTS);
	__type(key, __u32);
	__type(value, struct port);
} ports SEC(".maps");

COUNTERS(outcomes, OUTCOME_COUNT);

/* The metadata of an earlier stage; NULL when there is none. */
static __always_inline struct metadata *read_metadata(struct xdp_md *ctx)
{
	struct metadata *metadata = (void *)(long)ctx->data_meta;

	return (void *)(metadata + 1) > (void *)(long)ctx->data ? NULL : metadata;
}

/* Counts, takes the metadata away again (it would travel with the packet) and returns `verdict`. */
static __always_inline int finish(struct xdp_md *ctx, enum outcome outcome, int verdict)
{
	count(&outcomes, outcome, ctx);
	if (ctx->data_meta < ctx->data)
		bpf_xdp_adjust_meta(ctx, sizeof(struct metadata));
	return verdict;
}

/*
 * Writes `dscp` into the IP header at the cursor, leaving the two bits of congestion notification
 * (RFC 3168). A function of its own, not inlined: a bpf2bpf call.
 */
static __noinline int mark_packet(struct xdp_md *ctx, __u32 network, __u32 dscp, __u32 is_ipv6)
{
	struct cursor frame = frame_cursor(ctx);

	if (network > sizeof(struct ethhdr) + MAX_VLAN_TAGS * sizeof(struct vlan_tag))
		return -1;
	frame.pos += network;
	if (is_ipv6) {
		__be16 *first = frame.pos;

		if ((void *)(first + 1) > frame.end)
			return -1;
		*first = (*first & bpf_htons(0xf03f)) | bpf_htons(dscp << 6);
	} else {
		struct iphdr *ip = frame.pos;
		__u16 before;

		if ((void *)(ip + 1) > frame.end)
			return -1;
		before = bpf_htons(0x4500 | ip->tos);
		ip->tos = (ip->tos & 3) | dscp << 2;
		ip->check = checksum_update(ip->check, before, bpf_htons(0x4500 | ip->tos));
	}
	return 0;
}

/* Stage 1: the entry point. */
SEC("xdp")
int pipeline(struct xdp_md *ctx)
{
	struct metadata *metadata;
	struct flow flow = {};
	struct cursor frame;
	__be16 protocol;
	void *start;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*metadata)))
		return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);
	frame = frame_cursor(ctx);
	start = frame.pos;
	metadata = read_metadata(ctx);
	if (!metadata)
		return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);

	if (!parse_ethernet(&frame, &protocol))
		return finish(ctx, DROPPED_MALFORMED, XDP_DROP);
	metadata->network = frame.pos - start;
	metadata->is_ipv6 = protocol == bpf_htons(ETH_P_IPV6);
	frame.pos = start;
	switch (parse_flow(&frame, &flow)) {
	case FLOW_NOT_IP:
		return finish(ctx, PASSED_NOT_IP, XDP_PASS);
	case FLOW_MALFORMED:
		return finish(ctx, DROPPED_MALFORMED, XDP_DROP);
	default:
		break;
	}
	metadata->ports = flow.ports;
	metadata->protocol = flow.protocol;

	bpf_tail_call(ctx, &stages, STAGE_POLICY);
	return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);
}

/* Stage 2: what is allowed, how it is marked, where it goes. */
SEC("xdp")
int policy(struct xdp_md *ctx)
{
	struct metadata *metadata = read_metadata(ctx);
	struct policy_key key = {};
	struct policy *found;

	if (!metadata)
		return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);
	key.protocol = metadata->protocol;
	key.port = metadata->ports.destination;
	found = bpf_map_lookup_elem(&policies, &key);
	if (!found) {
		key.port = 0;
		found = bpf_map_lookup_elem(&policies, &key);
	}
	if (!found || !found->allow)
		return finish(ctx, DROPPED_POLICY, XDP_DROP);
	metadata->dscp = found->dscp;
	metadata->port = found->port;

	bpf_tail_call(ctx, &stages, STAGE_FORWARD);
	return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);
}

/* Stage 3: marks, addresses and sends. */
SEC("xdp")
int forward(struct xdp_md *ctx)
{
	struct metadata *metadata = read_metadata(ctx);
	struct ethhdr *ethernet;
	struct port *port;
	__u32 number;

	if (!metadata)
		return finish(ctx, DROPPED_NO_STAGE, XDP_ABORTED);
	number = metadata->port;
	port = bpf_map_lookup_elem(&ports, &number);
	if (!port)
		return finish(ctx, DROPPED_NO_PORT, XDP_DROP);
	if (mark_packet(ctx, metadata->network, metadata->dscp & 63, metadata->is_ipv6))
		return finish(ctx, DROPPED_MALFORMED, XDP_DROP);

	ethernet = (void *)(long)ctx->data;
	if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
		return finish(ctx, DROPPED_MALFORMED, XDP_DROP);
	__builtin_memcpy(ethernet->h_dest, port->destination, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, port->source, ETH_ALEN);
	return finish(ctx, FORWARDED, XDP_TX);
}

char _license[] SEC("license") = "Dual MIT/GPL";
