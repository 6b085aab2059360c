/* SPDX-License-Identifier: MIT */
/* The Internet checksum (RFC 1071) over words in network order, and its update (RFC 1624). */
#ifndef ANYBPF_CHECKSUM_H
#define ANYBPF_CHECKSUM_H

#include <linux/types.h>
#include <bpf/bpf_helpers.h>

/* Folds the carries of a sum of 16-bit words; the checksum field is its complement. */
static __always_inline __u16 checksum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Checksum `check` after one 16-bit word went from `before` to `after` (RFC 1624, equation 3). */
static __always_inline __u16 checksum_update(__u16 check, __u16 before, __u16 after)
{
	return ~checksum_fold((__u16)~check + (__u16)~before + after);
}

#endif
