import { parseMac } from './address.ts';
import { type Layer, prepend } from './layer.ts';

export interface EthernetOptions {
  /** Default 02:00:00:00:00:01. */
  readonly src?: string;
  /** Default 02:00:00:00:00:02. */
  readonly dst?: string;
  /** Default: what the next layer is; 0x88b5 (local experimental) before plain bytes. */
  readonly type?: number;
}

/** Ethernet II header, 14 bytes. */
export function ethernet(options: EthernetOptions = {}): Layer {
  const src = parseMac(options.src ?? '02:00:00:00:00:01');
  const dst = parseMac(options.dst ?? '02:00:00:00:00:02');
  return {
    encode: (payload, inner) =>
      prepend(14, payload, (view, bytes) => {
        bytes.set(dst, 0);
        bytes.set(src, 6);
        view.setUint16(12, options.type ?? inner?.etherType ?? EXPERIMENTAL_TYPE);
      }),
  };
}

export interface VlanOptions {
  /** VLAN identifier, 0 to 4095. */
  readonly id: number;
  /** Priority code point, 0 to 7. Default 0. */
  readonly priority?: number;
  /** Service tag (802.1ad, 0x88a8) instead of a customer tag (802.1Q, 0x8100). */
  readonly service?: boolean;
  /** Default: what the next layer is. */
  readonly type?: number;
}

/** VLAN tag, 4 bytes, after an Ethernet header or another tag. */
export function vlan(options: VlanOptions): Layer {
  return {
    etherType: options.service ? 0x88a8 : 0x8100,
    encode: (payload, inner) =>
      prepend(4, payload, (view) => {
        view.setUint16(0, ((options.priority ?? 0) << 13) | (options.id & 0xfff));
        view.setUint16(2, options.type ?? inner?.etherType ?? EXPERIMENTAL_TYPE);
      }),
  };
}

/** IEEE 802 local experimental EtherType 1. */
const EXPERIMENTAL_TYPE = 0x88b5;
