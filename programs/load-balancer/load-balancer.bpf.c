// SPDX-License-Identifier: MIT
/*
 * Layer-4 load balancer: a packet to a virtual service is hashed by its 5-tuple into the service's
 * Maglev ring (Eisenbud et al., NSDI 2016, section 3.4; user space computes the ring), wrapped into
 * an outer IPv4 header to the backend found there (IP in IP, RFC 2003; for IPv6 RFC 4213) and sent
 * back out. The answer goes from the backend straight to the client.
 */
#include "../include/checksum.h"
#include "../include/counters.h"
#include "../include/flow.h"

#define MAX_SERVICES 256
#define MAX_RINGS 8
#define MAX_BACKENDS 256
#define RING_SIZE 4093 /* prime, a hundred times the backends of one service and more */
#define OUTER_TTL 64

struct service_key {
	struct address address;
	__be16 port; /* 0: every port, and protocols without ports */
	__u8 protocol;
	__u8 zero;
};

struct service {
	__u32 ring; /* pool of backends: slots [ring * RING_SIZE, (ring + 1) * RING_SIZE) of `rings` */
	__u32 mtu;  /* of the outer packet */
};

struct backend {
	__be32 source; /* outer addresses */
	__be32 destination;
	__u8 mac[ETH_ALEN]; /* of the next hop towards it */
	__u8 unused[2];
};

enum outcome {
	BALANCED,
	PASSED_NO_SERVICE,
	PASSED_TOO_BIG,
	DROPPED_FRAGMENT,
	DROPPED_NO_BACKEND,
	DROPPED_MALFORMED,
	OUTCOME_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SERVICES);
	__type(key, struct service_key);
	__type(value, struct service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_RINGS * RING_SIZE);
	__type(key, __u32);
	__type(value, __u32); /* backend number */
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

/* Index is the backend number. */
COUNTERS(served, MAX_BACKENDS);
COUNTERS(outcomes, OUTCOME_COUNT);

/* MurmurHash3 (32 bits, seed 0) over the ten words of the 5-tuple. */
static __always_inline __u32 hash_flow(const struct flow *flow)
{
	const __u32 *words = (const __u32 *)flow;
	__u32 hash = 0;

#pragma unroll
	for (__u32 i = 0; i < sizeof(*flow) / sizeof(*words); i++) {
		__u32 word = words[i] * 0xcc9e2d51;

		word = word << 15 | word >> 17;
		hash ^= word * 0x1b873593;
		hash = hash << 13 | hash >> 19;
		hash = hash * 5 + 0xe6546b64;
	}
	hash ^= sizeof(*flow);
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return hash ^ hash >> 16;
}

/* The service on exactly this port, or the one on every port of the address. */
static __always_inline struct service *find_service(const struct flow *flow)
{
	struct service_key key = {
		.address = flow->destination,
		.port = flow->ports.destination,
		.protocol = flow->protocol,
	};
	struct service *service = bpf_map_lookup_elem(&services, &key);

	if (service || key.port == 0)
		return service;
	key.port = 0;
	return bpf_map_lookup_elem(&services, &key);
}

static __always_inline struct backend *pick_backend(const struct service *service,
						    const struct flow *flow, __u32 *number)
{
	__u32 slot = service->ring * RING_SIZE + hash_flow(flow) % RING_SIZE;
	__u32 *entry = bpf_map_lookup_elem(&rings, &slot);
	struct backend *backend;

	if (!entry)
		return NULL;
	*number = *entry;
	backend = bpf_map_lookup_elem(&backends, number);
	return backend && backend->destination ? backend : NULL;
}

/* Bytes of the IP packet behind the Ethernet header: not of the frame, which may be padded. */
static __always_inline __u32 ip_packet_size(const struct ethhdr *ethernet, const void *end)
{
	const void *network = ethernet + 1;

	if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
		const struct iphdr *ip = network;

		return (const void *)(ip + 1) > end ? 0 : bpf_ntohs(ip->tot_len);
	} else {
		const struct ipv6hdr *ip = network;

		return (const void *)(ip + 1) > end ? 0 : sizeof(*ip) + bpf_ntohs(ip->payload_len);
	}
}

static __always_inline void write_outer(struct iphdr *ip, const struct backend *backend,
					__u8 protocol, __u32 size)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = 0;
	ip->tot_len = bpf_htons(size);
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = OUTER_TTL;
	ip->protocol = protocol;
	ip->check = 0;
	ip->saddr = backend->source;
	ip->daddr = backend->destination;
#pragma unroll
	for (__u32 i = 0; i < sizeof(*ip) / sizeof(*words); i++)
		sum += words[i];
	ip->check = ~checksum_fold(sum);
}

/* Makes room before the frame, moves the Ethernet header there, writes the outer IPv4 header. */
static __always_inline enum outcome encapsulate(struct xdp_md *ctx, const struct backend *backend,
						__u32 outer_size)
{
	struct ethhdr *outer, *inner;
	__u8 protocol;
	void *end;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return DROPPED_MALFORMED;
	outer = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	inner = (void *)outer + sizeof(struct iphdr);
	if ((void *)(inner + 1) > end)
		return DROPPED_MALFORMED;

	protocol = inner->h_proto == bpf_htons(ETH_P_IP) ? IPPROTO_IPIP : IPPROTO_IPV6;
	/* Back to where it came from: our own address is the destination of the inner frame. */
	__builtin_memcpy(outer->h_source, inner->h_dest, ETH_ALEN);
	__builtin_memcpy(outer->h_dest, backend->mac, ETH_ALEN);
	outer->h_proto = bpf_htons(ETH_P_IP);
	write_outer((struct iphdr *)(outer + 1), backend, protocol, outer_size);
	return BALANCED;
}

static __always_inline enum outcome balance(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	struct ethhdr *ethernet = frame.pos;
	struct service *service;
	struct backend *backend;
	enum flow_status status;
	struct flow flow = {};
	enum outcome outcome;
	__u32 number, size;

	status = parse_flow(&frame, &flow);
	if (status == FLOW_MALFORMED)
		return DROPPED_MALFORMED;
	/* VLAN-tagged frames are left to the stack: the outer header must follow the Ethernet one. */
	if (status == FLOW_NOT_IP || (void *)(ethernet + 1) > frame.end || is_vlan(ethernet->h_proto))
		return PASSED_NO_SERVICE;

	service = find_service(&flow);
	if (!service)
		return PASSED_NO_SERVICE;
	/* Later fragments hold no ports and would reach another backend than the first. */
	if (status == FLOW_FRAGMENT)
		return DROPPED_FRAGMENT;

	size = ip_packet_size(ethernet, frame.end) + sizeof(struct iphdr);
	if (size > service->mtu)
		return PASSED_TOO_BIG;
	backend = pick_backend(service, &flow, &number);
	if (!backend)
		return DROPPED_NO_BACKEND;

	outcome = encapsulate(ctx, backend, size);
	if (outcome == BALANCED)
		count(&served, number, ctx);
	return outcome;
}

SEC("xdp")
int load_balancer(struct xdp_md *ctx)
{
	enum outcome outcome = balance(ctx);

	count(&outcomes, outcome, ctx);
	switch (outcome) {
	case BALANCED:
		return XDP_TX;
	case PASSED_NO_SERVICE:
	case PASSED_TOO_BIG:
		return XDP_PASS;
	default:
		return XDP_DROP;
	}
}

char _license[] SEC("license") = "Dual MIT/GPL";
