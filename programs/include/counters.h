/* SPDX-License-Identifier: MIT */
/* Packets and bytes, one slot per CPU: no atomics, user space adds the slots up. */
#ifndef ANYBPF_COUNTERS_H
#define ANYBPF_COUNTERS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct counter {
	__u64 packets;
	__u64 bytes;
};

/* Declares the map `name`: a per-CPU array of `entries` counters. */
#define COUNTERS(name, entries)                          \
	struct {                                         \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
		__uint(max_entries, entries);            \
		__type(key, __u32);                      \
		__type(value, struct counter);           \
	} name SEC(".maps")

static __always_inline void count(void *counters, __u32 index, const struct xdp_md *ctx)
{
	struct counter *counter = bpf_map_lookup_elem(counters, &index);

	if (counter) {
		counter->packets += 1;
		counter->bytes += ctx->data_end - ctx->data;
	}
}

#endif
