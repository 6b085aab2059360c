import type { ContextDescriptor } from '../../platform.ts';
import { context, exact, field, narrow, pointer, word } from './field.ts';

/** struct xdp_md; xdp_is_valid_access (net/core/filter.c). */
export const xdpContext: ContextDescriptor = context('xdp_md', 24, [
  pointer('data', 0, 'packet', 4),
  pointer('data_end', 4, 'packet-end', 4),
  pointer('data_meta', 8, 'packet-meta', 4),
  exact('ingress_ifindex', 12),
  exact('rx_queue_index', 16),
  exact('egress_ifindex', 20, { loadAttachTypes: ['xdp_devmap'] }),
]);

/** struct sk_msg_md; sk_msg_is_valid_access. */
export const skMsgContext: ContextDescriptor = context('sk_msg_md', 80, [
  pointer('data', 0, 'packet'),
  pointer('data_end', 8, 'packet-end'),
  exact('family', 16),
  exact('remote_ip4', 20),
  exact('local_ip4', 24),
  field('remote_ip6', 28, 16, word),
  field('local_ip6', 44, 16, word),
  exact('remote_port', 60),
  exact('local_port', 64),
  exact('size', 68),
  pointer('sk', 72, 'socket'),
]);

/** struct sk_reuseport_md; sk_reuseport_is_valid_access. The data begin at the transport header. */
export const skReuseportContext: ContextDescriptor = context('sk_reuseport_md', 56, [
  pointer('data', 0, 'packet'),
  pointer('data_end', 8, 'packet-end'),
  narrow('len', 16),
  field('eth_protocol', 20, 4, [2, 4]),
  narrow('ip_protocol', 24),
  narrow('bind_inany', 28),
  exact('hash', 32),
  pointer('sk', 40, 'socket'),
  pointer('migrating_sk', 48, 'sock-common-or-null'),
]);

/** struct bpf_nf_ctx; nf_is_valid_access (net/netfilter/nf_bpf_link.c). */
export const netfilterContext: ContextDescriptor = context('bpf_nf_ctx', 16, [
  field('state', 0, 8, [8], { kind: 'btf-id', btfType: 'nf_hook_state' }),
  field('skb', 8, 8, [8], { kind: 'btf-id', btfType: 'sk_buff' }),
]);
