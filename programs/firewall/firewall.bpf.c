// SPDX-License-Identifier: MIT
/*
 * Stateless firewall: a hash of 5-tuples with an action and counters. Looked up are, in this order,
 * the exact 5-tuple and the service (the same with source address and port zero). What no rule
 * names gets `default_action`.
 */
#include "../include/counters.h"
#include "../include/flow.h"

#define MAX_RULES 1024

enum action {
	ACTION_DROP,
	ACTION_PASS,
	ACTION_COUNT,
};

struct rule {
	__u32 action; /* enum action */
	__u32 unused;
	__u64 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_RULES);
	__type(key, struct flow);
	__type(value, struct rule);
} rules SEC(".maps");

/* Packets by what happened to them: index is enum action. */
COUNTERS(outcomes, ACTION_COUNT);

/* May be changed while the program runs. Zero, so clang would choose .bss by itself. */
volatile __u32 default_action SEC(".data") = ACTION_DROP;

static __always_inline struct rule *find_rule(struct flow *flow)
{
	struct rule *rule = bpf_map_lookup_elem(&rules, flow);

	if (rule)
		return rule;
	__builtin_memset(&flow->source, 0, sizeof(flow->source));
	flow->ports.source = 0;
	return bpf_map_lookup_elem(&rules, flow);
}

static __always_inline __u32 decide(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	struct flow flow = {};
	struct rule *rule;

	switch (parse_flow(&frame, &flow)) {
	case FLOW_NOT_IP:
		return ACTION_PASS; /* ARP and the like: no neighbour, no traffic */
	case FLOW_MALFORMED:
		return ACTION_DROP;
	default:
		break;
	}

	rule = find_rule(&flow);
	if (!rule)
		return default_action;
	__sync_fetch_and_add(&rule->packets, 1);
	__sync_fetch_and_add(&rule->bytes, ctx->data_end - ctx->data);
	return rule->action;
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	__u32 action = decide(ctx) == ACTION_PASS ? ACTION_PASS : ACTION_DROP;

	count(&outcomes, action, ctx);
	return action == ACTION_PASS ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";
