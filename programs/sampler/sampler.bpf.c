// SPDX-License-Identifier: MIT
/*
 * Packet sampling as sFlow does it (RFC 3176): the first bytes of one packet in N go to user space
 * through a ring buffer, with the packet's length and the time. Passes everything.
 *
 * One counter for all CPUs decides, so every Nth packet is taken whatever CPU it meets. The bytes
 * are copied by a plain loop: bpf_xdp_load_bytes would do, but not every runtime has it.
 */
#include "../include/parsing.h"

#define RING_BYTES (256 * 1024)
#define HEADER_BYTES 64

struct sample {
	__u64 timestamp; /* ns since boot */
	__u32 packet;	 /* its number, counted from 0 */
	__u32 length;	 /* of the packet */
	__u32 captured;	 /* bytes of `header` that hold packet; zeros follow */
	__u32 ifindex;	 /* interface it came from */
	__u8 header[HEADER_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} samples SEC(".maps");

/* In .data: N, may be changed while the program runs; 0 takes none. */
volatile __u32 sample_every = 8;
/* In .bss: packets seen, samples lost because nobody emptied the ring. */
__u32 seen;
__u32 lost;

SEC("xdp")
int sampler(struct xdp_md *ctx)
{
	__u32 packet = __sync_fetch_and_add(&seen, 1);
	struct cursor frame = frame_cursor(ctx);
	__u32 every = sample_every;
	struct sample *sample;
	__u8 *byte = frame.pos;
	__u32 captured = 0;

	if (every == 0 || packet % every != 0)
		return XDP_PASS;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample) {
		__sync_fetch_and_add(&lost, 1);
		return XDP_PASS;
	}

	sample->timestamp = bpf_ktime_get_ns();
	sample->packet = packet;
	sample->length = ctx->data_end - ctx->data;
	sample->ifindex = ctx->ingress_ifindex;
	__builtin_memset(sample->header, 0, HEADER_BYTES);
	for (__u32 i = 0; i < HEADER_BYTES; i++) {
		if ((void *)(byte + i + 1) > frame.end)
			break;
		sample->header[i] = byte[i];
		captured = i + 1;
	}
	sample->captured = captured;
	bpf_ringbuf_submit(sample, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual MIT/GPL";
