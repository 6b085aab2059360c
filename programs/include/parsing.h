/* SPDX-License-Identifier: MIT */
/*
 * Headers one after another: Ethernet with VLAN tags, IPv4 with options, IPv6 with extension
 * headers, transport ports. Every parser checks what it reads against the end of the frame, moves
 * the cursor behind the header and returns NULL when the header is cut off or impossible.
 */
#ifndef ANYBPF_PARSING_H
#define ANYBPF_PARSING_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef NULL
#define NULL ((void *)0)
#endif

#define MAX_VLAN_TAGS 2
#define MAX_EXTENSION_HEADERS 4

/* Fragment offset and more-fragments flag of the IPv4 header (RFC 791). */
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV4_MORE_FRAGMENTS 0x2000

/* What lies between `pos` and `end` is still unread. */
struct cursor {
	void *pos;
	void *end;
};

/* IEEE 802.1Q: the tag behind the MAC addresses, without its own EtherType. */
struct vlan_tag {
	__be16 tci;
	__be16 protocol;
};

/* TCP, UDP and SCTP all begin with these. */
struct ports {
	__be16 source;
	__be16 destination;
};

/* RFC 8200 section 4: hop-by-hop, routing and destination options. */
struct ipv6_extension {
	__u8 next;
	__u8 length; /* in units of 8 bytes, the first 8 not counted */
};

/* RFC 8200 section 4.5. */
struct ipv6_fragment {
	__u8 next;
	__u8 reserved;
	__be16 offset; /* 13 bits of offset, 2 reserved, more-fragments flag */
	__be32 identification;
};

static __always_inline struct cursor frame_cursor(const struct xdp_md *ctx)
{
	struct cursor frame = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};

	return frame;
}

/* Unread bytes. The barrier keeps clang from moving terms to `end`: the verifier forbids arithmetic on it. */
static __always_inline __u32 bytes_left(const struct cursor *frame)
{
	__u64 left = frame->end - frame->pos;

	asm volatile("" : "+r"(left));
	return left;
}

static __always_inline int is_vlan(__be16 protocol)
{
	return protocol == bpf_htons(ETH_P_8021Q) || protocol == bpf_htons(ETH_P_8021AD);
}

/* `protocol`: the EtherType behind at most MAX_VLAN_TAGS tags. */
static __always_inline struct ethhdr *parse_ethernet(struct cursor *frame, __be16 *protocol)
{
	struct ethhdr *ethernet = frame->pos;

	if ((void *)(ethernet + 1) > frame->end)
		return NULL;
	frame->pos = ethernet + 1;
	*protocol = ethernet->h_proto;

	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		struct vlan_tag *tag = frame->pos;

		if (!is_vlan(*protocol))
			break;
		if ((void *)(tag + 1) > frame->end)
			return NULL;
		frame->pos = tag + 1;
		*protocol = tag->protocol;
	}
	return ethernet;
}

/* Refuses what RFC 1812 section 5.2.2 refuses, but does not verify the checksum. */
static __always_inline struct iphdr *parse_ipv4(struct cursor *frame)
{
	struct iphdr *ip = frame->pos;
	__u32 size, total;

	if ((void *)(ip + 1) > frame->end || ip->version != 4)
		return NULL;
	size = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (size < sizeof(*ip) || total < size || total > bytes_left(frame))
		return NULL;
	if (frame->pos + size > frame->end)
		return NULL;
	frame->pos += size;
	return ip;
}

static __always_inline int ipv4_is_fragment(const struct iphdr *ip)
{
	return ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS);
}

/* A fragment that is not the first holds no transport header. */
static __always_inline int ipv4_is_later_fragment(const struct iphdr *ip)
{
	return ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET);
}

static __always_inline struct ipv6hdr *parse_ipv6(struct cursor *frame)
{
	struct ipv6hdr *ip = frame->pos;

	if ((void *)(ip + 1) > frame->end || ip->version != 6)
		return NULL;
	frame->pos = ip + 1;
	if (bpf_ntohs(ip->payload_len) > bytes_left(frame))
		return NULL;
	return ip;
}

/*
 * Skips at most MAX_EXTENSION_HEADERS. Returns the protocol behind them (which is still an extension
 * header when there are more), or -1 when one is cut off. `fragment` is 0 for a whole packet, else
 * the offset field of the fragment header, in network order.
 */
static __always_inline int skip_ipv6_extensions(struct cursor *frame, __u8 next, __be16 *fragment)
{
	*fragment = 0;
	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		if (next == IPPROTO_FRAGMENT) {
			struct ipv6_fragment *header = frame->pos;

			if ((void *)(header + 1) > frame->end)
				return -1;
			*fragment = header->offset & bpf_htons(0xfff9);
			next = header->next;
			frame->pos = header + 1;
		} else if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
			struct ipv6_extension *header = frame->pos;
			__u32 size;

			if ((void *)(header + 1) > frame->end)
				return -1;
			size = (header->length + 1) * 8;
			next = header->next;
			if (frame->pos + size > frame->end)
				return -1;
			frame->pos += size;
		} else {
			break;
		}
	}
	return next;
}

static __always_inline struct ports *parse_ports(struct cursor *frame)
{
	struct ports *ports = frame->pos;

	if ((void *)(ports + 1) > frame->end)
		return NULL;
	frame->pos = ports + 1;
	return ports;
}

static __always_inline int has_ports(__u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

#endif
