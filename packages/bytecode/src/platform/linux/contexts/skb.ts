import type { ContextDescriptor, ContextField } from '../../platform.ts';
import { any, context, exact, field, narrow, pointer, word } from './field.ts';

/**
 * struct __sk_buff (include/uapi/linux/bpf.h), 192 bytes, with the rules of bpf_skb_is_valid_access
 * (net/core/filter.c); stores are those that some program type may do.
 */
const fields = [
  narrow('len', 0),
  narrow('pkt_type', 4),
  narrow('mark', 8, { stores: word }),
  narrow('queue_mapping', 12, { stores: word }),
  narrow('protocol', 16),
  narrow('vlan_present', 20),
  narrow('vlan_tci', 24),
  narrow('vlan_proto', 28),
  narrow('priority', 32, { stores: word }),
  narrow('ingress_ifindex', 36),
  narrow('ifindex', 40),
  narrow('tc_index', 44, { stores: word }),
  field('cb', 48, 20, any, { stores: any }),
  narrow('hash', 68),
  narrow('tc_classid', 72, { stores: word }),
  pointer('data', 76, 'packet', 4),
  pointer('data_end', 80, 'packet-end', 4),
  narrow('napi_id', 84),
  narrow('family', 88),
  exact('remote_ip4', 92),
  exact('local_ip4', 96),
  field('remote_ip6', 100, 16, word),
  field('local_ip6', 116, 16, word),
  narrow('remote_port', 132),
  narrow('local_port', 136),
  pointer('data_meta', 140, 'packet-meta', 4),
  pointer('flow_keys', 144, 'flow-keys'),
  field('tstamp', 152, 8, [8], { stores: [8] }),
  narrow('wire_len', 160),
  narrow('gso_segs', 164),
  pointer('sk', 168, 'sock-common-or-null'),
  narrow('gso_size', 176),
  field('tstamp_type', 180, 1, [1]),
  field('hwtstamp', 184, 8, [8]),
] as const satisfies readonly ContextField[];

const addresses: readonly string[] = [
  'family',
  'remote_ip4',
  'local_ip4',
  'remote_ip6',
  'local_ip6',
  'remote_port',
  'local_port',
];

/** What one program type may load and store, by field name. */
function skb(visible: (name: string) => boolean, stores: readonly string[]): ContextDescriptor {
  return context(
    '__sk_buff',
    192,
    fields
      .filter(({ name }) => visible(name))
      .map((each) => (stores.includes(each.name) ? each : { ...each, stores: [] })),
  );
}

function allBut(...hidden: readonly string[]): (name: string) => boolean {
  return (name) => !hidden.includes(name);
}

/** sk_filter_is_valid_access: no direct packet access. */
export const socketFilterContext: ContextDescriptor = skb(
  allBut(
    'tc_classid',
    'data',
    'data_meta',
    'data_end',
    ...addresses,
    'flow_keys',
    'tstamp',
    'wire_len',
    'tstamp_type',
    'hwtstamp',
  ),
  ['cb'],
);

/** tc_cls_act_is_valid_access. */
export const tcContext: ContextDescriptor = skb(allBut(...addresses, 'flow_keys'), [
  'mark',
  'queue_mapping',
  'priority',
  'tc_index',
  'cb',
  'tc_classid',
  'tstamp',
]);

/** cg_skb_is_valid_access. */
export const cgroupSkbContext: ContextDescriptor = skb(
  allBut('tc_classid', 'data_meta', 'flow_keys', 'wire_len', 'tstamp_type'),
  ['mark', 'priority', 'cb', 'tstamp'],
);

/** lwt_is_valid_access. */
export const lwtContext: ContextDescriptor = skb(
  allBut(
    'tc_classid',
    ...addresses,
    'data_meta',
    'flow_keys',
    'tstamp',
    'wire_len',
    'tstamp_type',
    'hwtstamp',
  ),
  ['mark', 'priority', 'cb'],
);

/** sk_skb_is_valid_access. */
export const skSkbContext: ContextDescriptor = skb(
  allBut(
    'mark',
    'tc_classid',
    'data_meta',
    'flow_keys',
    'tstamp',
    'wire_len',
    'tstamp_type',
    'hwtstamp',
  ),
  ['tc_index', 'priority'],
);

/** flow_dissector_is_valid_access. */
export const flowDissectorContext: ContextDescriptor = skb(
  (name) => name === 'data' || name === 'data_end' || name === 'flow_keys',
  [],
);
