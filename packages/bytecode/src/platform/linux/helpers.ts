import type { HelperRow } from '../platform.ts';
import { generalHelpers } from './helpers/general.ts';
import { mapsHelpers } from './helpers/maps.ts';
import { skbHelpers } from './helpers/skb.ts';
import { socketHelpers } from './helpers/socket.ts';
import { tracingHelpers } from './helpers/tracing.ts';
import { xdpHelpers } from './helpers/xdp.ts';

/**
 * Every helper of Linux 6.18, number 1 to 211, ascending (enum bpf_func_id; the list is closed, new
 * functions are kfuncs).
 */
export const helpers: readonly HelperRow[] = Object.freeze(
  [
    ...mapsHelpers,
    ...generalHelpers,
    ...skbHelpers,
    ...xdpHelpers,
    ...socketHelpers,
    ...tracingHelpers,
  ].sort((a, b) => a.number - b.number),
);
