// SPDX-License-Identifier: MIT
/*
 * Verifies what a network card verifies: the IPv4 header checksum, and the TCP, UDP, ICMP or ICMPv6
 * checksum over pseudo header and payload, word by word. Drops what is wrong.
 */
#include "../include/checksum.h"
#include "../include/counters.h"
#include "../include/parsing.h"

/* 16-bit words of transport header and payload: packets of up to 2 KiB. */
#define MAX_WORDS 1024
/* Where a transport header begins at the latest: tags, IPv6 and its extension headers. */
#define MAX_OFFSET 8192
#define CHECKSUM_GOOD 0xffff
/* No sum: more than 16 bits. */
#define CUT_OFF 0x10000

enum outcome {
	VERIFIED,
	PASSED_NO_CHECKSUM, /* not IP, no checksum known for the protocol, UDP without one (RFC 768) */
	PASSED_FRAGMENT,    /* the checksum covers the reassembled packet */
	PASSED_TOO_LONG,
	DROPPED_IP_CHECKSUM,
	DROPPED_TRANSPORT_CHECKSUM,
	DROPPED_MALFORMED,
	OUTCOME_COUNT,
};

COUNTERS(outcomes, OUTCOME_COUNT);

/* What is left to sum once the IP header is done. */
struct segment {
	__u32 offset; /* in the frame, bytes */
	__u32 size;
	__u32 sum; /* of the pseudo header's addresses */
	__u8 protocol;
	__u8 is_ipv6;
};

/*
 * Folded sum of `size` bytes from `offset` on, added to `sum`; CUT_OFF when the frame ends before or
 * there are more than MAX_WORDS. A global function: the kernel verifies it, and its thousand steps,
 * once and not anew for every way that leads here.
 */
__noinline __u32 sum_words(struct xdp_md *ctx, __u32 offset, __u32 size, __u32 sum)
{
	struct cursor frame = frame_cursor(ctx);
	__u16 *word;

	if (offset > MAX_OFFSET || size > MAX_WORDS * 2)
		return CUT_OFF;
	word = frame.pos + offset;
	sum = checksum_fold(sum);
	for (__u32 i = 0; i < MAX_WORDS; i++) {
		if (i >= size / 2)
			break;
		/* Keeps clang from turning the check around into arithmetic on the frame's end. */
		asm volatile("" : "+r"(word));
		if ((void *)(word + 1) > frame.end)
			return CUT_OFF;
		sum += *word;
		word++;
	}
	if (size & 1) {
		/* The odd byte at the end counts as if a zero followed it. */
		__u8 *last = (__u8 *)word;

		if ((void *)(last + 1) > frame.end)
			return CUT_OFF;
		sum += bpf_htons((__u16)*last << 8);
	}
	return checksum_fold(sum);
}

static __always_inline enum outcome parse_ipv4_segment(struct xdp_md *ctx, struct cursor *frame,
						       struct segment *segment)
{
	void *start = (void *)(long)ctx->data;
	__u32 offset = frame->pos - start;
	struct iphdr *ip = parse_ipv4(frame);

	if (!ip)
		return DROPPED_MALFORMED;
	if (sum_words(ctx, offset, ip->ihl * 4, 0) != CHECKSUM_GOOD)
		return DROPPED_IP_CHECKSUM;
	if (ipv4_is_fragment(ip))
		return PASSED_FRAGMENT;

	segment->offset = offset + ip->ihl * 4;
	segment->size = bpf_ntohs(ip->tot_len) - ip->ihl * 4;
	segment->protocol = ip->protocol;
	segment->sum = (ip->saddr & 0xffff) + (ip->saddr >> 16) + (ip->daddr & 0xffff) +
		       (ip->daddr >> 16);
	return VERIFIED;
}

static __always_inline enum outcome parse_ipv6_segment(struct xdp_md *ctx, struct cursor *frame,
						       struct segment *segment)
{
	void *start = (void *)(long)ctx->data;
	struct ipv6hdr *ip = parse_ipv6(frame);
	__u32 extensions, payload;
	__be16 fragment;
	int next;

	if (!ip)
		return DROPPED_MALFORMED;
	payload = bpf_ntohs(ip->payload_len);
	next = skip_ipv6_extensions(frame, ip->nexthdr, &fragment);
	extensions = frame->pos - (void *)(ip + 1);
	if (next < 0 || extensions > payload)
		return DROPPED_MALFORMED;
	if (fragment)
		return PASSED_FRAGMENT;

	segment->offset = frame->pos - start;
	segment->size = payload - extensions;
	segment->protocol = next;
	segment->is_ipv6 = 1;
#pragma unroll
	for (int i = 0; i < 8; i++)
		segment->sum += ip->saddr.s6_addr16[i] + ip->daddr.s6_addr16[i];
	return VERIFIED;
}

/* Bytes of the transport header up to and with its checksum field; 0: none that we know. */
static __always_inline __u32 smallest_header(const struct segment *segment)
{
	switch (segment->protocol) {
	case IPPROTO_TCP:
		return 18;
	case IPPROTO_UDP:
		return 8;
	case IPPROTO_ICMP:
		return segment->is_ipv6 ? 0 : 4;
	case IPPROTO_ICMPV6:
		return segment->is_ipv6 ? 4 : 0;
	default:
		return 0;
	}
}

/* UDP may leave its checksum out over IPv4, not over IPv6 (RFC 8200 section 8.1). */
static __always_inline int udp_without_checksum(const struct cursor *frame,
						const struct segment *segment)
{
	const __u16 *words = frame->pos;

	return segment->protocol == IPPROTO_UDP && !segment->is_ipv6 &&
	       (void *)(words + 4) <= frame->end && words[3] == 0;
}

static __always_inline enum outcome verify(struct xdp_md *ctx)
{
	struct cursor frame = frame_cursor(ctx);
	struct segment segment = {};
	enum outcome outcome;
	__be16 protocol;
	__u32 smallest;

	if (!parse_ethernet(&frame, &protocol))
		return DROPPED_MALFORMED;
	if (protocol == bpf_htons(ETH_P_IP))
		outcome = parse_ipv4_segment(ctx, &frame, &segment);
	else if (protocol == bpf_htons(ETH_P_IPV6))
		outcome = parse_ipv6_segment(ctx, &frame, &segment);
	else
		return PASSED_NO_CHECKSUM;
	if (outcome != VERIFIED)
		return outcome;

	smallest = smallest_header(&segment);
	if (smallest == 0)
		return PASSED_NO_CHECKSUM;
	if (segment.size < smallest)
		return DROPPED_MALFORMED;
	if (udp_without_checksum(&frame, &segment))
		return PASSED_NO_CHECKSUM;
	if (segment.size > MAX_WORDS * 2)
		return PASSED_TOO_LONG;
	/* ICMP alone has no pseudo header. */
	if (segment.protocol == IPPROTO_ICMP)
		segment.sum = 0;
	else
		segment.sum += bpf_htons(segment.protocol) + bpf_htons(segment.size);
	return sum_words(ctx, segment.offset, segment.size, segment.sum) == CHECKSUM_GOOD
		       ? VERIFIED
		       : DROPPED_TRANSPORT_CHECKSUM;
}

SEC("xdp")
int csum(struct xdp_md *ctx)
{
	enum outcome outcome = verify(ctx);

	count(&outcomes, outcome, ctx);
	return outcome < DROPPED_IP_CHECKSUM ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual MIT/GPL";
