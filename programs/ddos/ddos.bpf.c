// SPDX-License-Identifier: MIT
/*
 * Volumetric attack filter: prefixes on the block list are dropped, every other source gets a token
 * bucket in an LRU hash, so that a flood of spoofed sources evicts the idle ones and never fills the
 * table. Block list and limit may be changed from user space while the program runs.
 */
#include "../include/counters.h"
#include "../include/flow.h"

#define MAX_BLOCKED 4096
#define MAX_SOURCES 65536
#define NS_PER_SECOND 1000000000ULL
/* More than any bucket needs to fill; keeps elapsed * rate below 2^64. */
#define MAX_ELAPSED (16 * NS_PER_SECOND)
#define MAX_RATE (1 << 28)

struct prefix {
	__u32 length; /* IPv4 prefixes stand below ::ffff:0:0/96, so 96 longer */
	struct address address;
};

/* The only entry of `limits`; all zero: no limit. */
struct limit {
	__u32 rate;  /* packets per second; 0: the bucket is never refilled */
	__u32 burst; /* packets; 0: no limit */
};

struct bucket {
	__u64 refilled; /* ns since boot; 0 while the rate is 0 */
	__u32 tokens;
	__u32 dropped;
};

enum outcome {
	PASSED,
	PASSED_NOT_IP,
	DROPPED_BLOCKED,
	DROPPED_RATE,
	DROPPED_MALFORMED,
	OUTCOME_COUNT,
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, MAX_BLOCKED);
	__type(key, struct prefix);
	__type(value, __u64); /* packets dropped */
} blocked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MAX_SOURCES);
	__type(key, struct address);
	__type(value, struct bucket);
} sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct limit);
} limits SEC(".maps");

COUNTERS(outcomes, OUTCOME_COUNT);

/*
 * Two CPUs that serve one source at the same time may lose each other's token; receive-side scaling
 * makes that rare, and a limit that is a packet off does no harm. No lock is taken.
 */
static __always_inline void refill(struct bucket *bucket, const struct limit *limit)
{
	__u64 rate = limit->rate > MAX_RATE ? MAX_RATE : limit->rate;
	__u64 now, elapsed, tokens;

	if (rate == 0)
		return;
	now = bpf_ktime_get_ns();
	elapsed = now - bucket->refilled;
	if (elapsed > MAX_ELAPSED)
		elapsed = MAX_ELAPSED;
	tokens = elapsed * rate / NS_PER_SECOND;
	if (tokens == 0)
		return; /* the time adds up until it is worth a token */
	tokens += bucket->tokens;
	bucket->tokens = tokens > limit->burst ? limit->burst : tokens;
	bucket->refilled = now;
}

static __always_inline enum outcome limit_source(const struct address *source)
{
	struct bucket *bucket;
	struct limit *limit;
	__u32 zero = 0;

	limit = bpf_map_lookup_elem(&limits, &zero);
	if (!limit || limit->burst == 0)
		return PASSED;

	bucket = bpf_map_lookup_elem(&sources, source);
	if (!bucket) {
		struct bucket fresh = { .tokens = limit->burst - 1 };

		if (limit->rate)
			fresh.refilled = bpf_ktime_get_ns();
		bpf_map_update_elem(&sources, source, &fresh, BPF_ANY);
		return PASSED;
	}
	refill(bucket, limit);
	if (bucket->tokens == 0) {
		bucket->dropped += 1;
		return DROPPED_RATE;
	}
	bucket->tokens -= 1;
	return PASSED;
}

static __always_inline enum outcome judge(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	struct prefix key = { .length = 128 };
	struct flow flow = {};
	__u64 *hits;

	switch (parse_flow(&frame, &flow)) {
	case FLOW_NOT_IP:
		return PASSED_NOT_IP;
	case FLOW_MALFORMED:
		return DROPPED_MALFORMED;
	default:
		break;
	}

	key.address = flow.source;
	hits = bpf_map_lookup_elem(&blocked, &key);
	if (hits) {
		__sync_fetch_and_add(hits, 1);
		return DROPPED_BLOCKED;
	}
	return limit_source(&flow.source);
}

SEC("xdp")
int ddos(struct xdp_md *ctx)
{
	enum outcome outcome = judge(ctx);

	count(&outcomes, outcome, ctx);
	return outcome == PASSED || outcome == PASSED_NOT_IP ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";
