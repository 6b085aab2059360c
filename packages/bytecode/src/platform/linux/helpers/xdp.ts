import type { HelperRow } from '../../platform.ts';
import {
  anything,
  btf,
  ctx,
  fixed,
  map,
  memReadonly,
  memReadonlyOrNull,
  memReadwrite,
  memSize,
  memSizeOrZero,
  memUninit,
} from './arguments.ts';
import { btfObservers, lwt, skbRewriters, tc } from './program-sets.ts';
import { helper } from './row.ts';

/** Packets in XDP, redirection, routing and checksums. */
export const xdpHelpers: readonly HelperRow[] = Object.freeze([
  helper(23, 'redirect', '4.4', [anything, anything], 'integer', [...skbRewriters, 'xdp']),
  helper(
    28,
    'csum_diff',
    '4.6',
    [memReadonlyOrNull, memSizeOrZero, memReadonlyOrNull, memSizeOrZero, anything],
    'integer',
    [...lwt, ...tc, 'xdp'],
    { packetAccess: true },
  ),
  helper(44, 'xdp_adjust_head', '4.10', [ctx, anything], 'integer', ['xdp'], {
    invalidatesPackets: true,
  }),
  helper(51, 'redirect_map', '4.14', [map, anything, anything], 'integer', ['xdp'], {
    mapTypes: ['devmap', 'devmap_hash', 'cpumap', 'xskmap'],
  }),
  helper(54, 'xdp_adjust_meta', '4.15', [ctx, anything], 'integer', ['xdp'], {
    invalidatesPackets: true,
  }),
  helper(65, 'xdp_adjust_tail', '4.18', [ctx, anything], 'integer', ['xdp'], {
    invalidatesPackets: true,
  }),
  helper(
    69,
    'fib_lookup',
    '4.18',
    [ctx, memReadwrite, memSize, anything],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true },
  ),
  helper(
    152,
    'redirect_neigh',
    '5.10',
    [anything, memReadonlyOrNull, memSizeOrZero, anything],
    'integer',
    tc,
  ),
  helper(155, 'redirect_peer', '5.10', [anything, anything], 'integer', tc),
  helper(
    163,
    'check_mtu',
    '5.12',
    [ctx, anything, fixed('mem-readwrite', 4), anything, anything],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true },
  ),
  helper(188, 'xdp_get_buff_len', '5.18', [ctx], 'integer', [...btfObservers, 'xdp'], {
    variants: [{ programTypes: btfObservers, arguments: [btf('xdp_buff')] }],
  }),
  helper(189, 'xdp_load_bytes', '5.18', [ctx, anything, memUninit, memSize], 'integer', ['xdp']),
  helper(190, 'xdp_store_bytes', '5.18', [ctx, anything, memReadonly, memSize], 'integer', ['xdp']),
  helper(
    204,
    'tcp_raw_gen_syncookie_ipv4',
    '6.0',
    [fixed('mem-readonly', 20), memReadonly, memSizeOrZero],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
  helper(
    205,
    'tcp_raw_gen_syncookie_ipv6',
    '6.0',
    [fixed('mem-readonly', 40), memReadonly, memSizeOrZero],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
  helper(
    206,
    'tcp_raw_check_syncookie_ipv4',
    '6.0',
    [fixed('mem-readonly', 20), fixed('mem-readonly', 20)],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
  helper(
    207,
    'tcp_raw_check_syncookie_ipv6',
    '6.0',
    [fixed('mem-readonly', 40), fixed('mem-readonly', 20)],
    'integer',
    [...tc, 'xdp'],
    { gplOnly: true, packetAccess: true },
  ),
]);
