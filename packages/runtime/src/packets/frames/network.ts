import { parseIpv4, parseIpv6 } from './address.ts';
import { internetChecksum } from './checksum.ts';
import { type Layer, prepend } from './layer.ts';

/** IANA: reserved for experiments (RFC 3692), the protocol of plain bytes. */
const EXPERIMENTAL_PROTOCOL = 253;

export interface Ipv4Options {
  /** Default 192.0.2.1. */
  readonly src?: string;
  /** Default 198.51.100.1. */
  readonly dst?: string;
  /** Default 64. */
  readonly ttl?: number;
  /** Default: what the next layer is. */
  readonly protocol?: number;
  /** Type of service byte. Default 0. */
  readonly tos?: number;
  readonly identification?: number;
  /** Don't-fragment and more-fragments bits and fragment offset as they stand in the header. */
  readonly fragment?: number;
  /** Raw options, a multiple of 4 bytes, at most 40. */
  readonly options?: Uint8Array;
}

/** IPv4 header, 20 bytes and options, with its checksum (RFC 791). */
export function ipv4(options: Ipv4Options = {}): Layer {
  const src = parseIpv4(options.src ?? '192.0.2.1');
  const dst = parseIpv4(options.dst ?? '198.51.100.1');
  const extra = options.options ?? new Uint8Array(0);
  const size = 20 + extra.length;
  return {
    etherType: 0x0800,
    protocol: 4,
    pseudoHeader: (protocol, length) =>
      prepend(12, new Uint8Array(0), (view, bytes) => {
        bytes.set(src, 0);
        bytes.set(dst, 4);
        view.setUint8(9, protocol);
        view.setUint16(10, length);
      }),
    encode: (payload, inner) =>
      prepend(size, payload, (view, bytes) => {
        view.setUint8(0, 0x40 | (size >> 2));
        view.setUint8(1, options.tos ?? 0);
        view.setUint16(2, size + payload.length);
        view.setUint16(4, options.identification ?? 0);
        view.setUint16(6, options.fragment ?? 0x4000);
        view.setUint8(8, options.ttl ?? 64);
        view.setUint8(9, options.protocol ?? inner?.protocol ?? EXPERIMENTAL_PROTOCOL);
        bytes.set(src, 12);
        bytes.set(dst, 16);
        bytes.set(extra, 20);
        view.setUint16(10, internetChecksum(bytes.subarray(0, size)));
      }),
  };
}

export interface Ipv6Options {
  /** Default 2001:db8::1. */
  readonly src?: string;
  /** Default 2001:db8::2. */
  readonly dst?: string;
  /** Default 64. */
  readonly hopLimit?: number;
  /** Default: what the next layer is. */
  readonly nextHeader?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
}

/** IPv6 header, 40 bytes (RFC 8200). */
export function ipv6(options: Ipv6Options = {}): Layer {
  const src = parseIpv6(options.src ?? '2001:db8::1');
  const dst = parseIpv6(options.dst ?? '2001:db8::2');
  return {
    etherType: 0x86dd,
    protocol: 41,
    pseudoHeader: (protocol, length) =>
      prepend(40, new Uint8Array(0), (view, bytes) => {
        bytes.set(src, 0);
        bytes.set(dst, 16);
        view.setUint32(32, length);
        view.setUint8(39, protocol);
      }),
    encode: (payload, inner) =>
      prepend(40, payload, (view, bytes) => {
        const trafficClass = options.trafficClass ?? 0;
        view.setUint32(0, (6 << 28) | (trafficClass << 20) | ((options.flowLabel ?? 0) & 0xfffff));
        view.setUint16(4, payload.length);
        view.setUint8(6, options.nextHeader ?? inner?.protocol ?? EXPERIMENTAL_PROTOCOL);
        view.setUint8(7, options.hopLimit ?? 64);
        bytes.set(src, 8);
        bytes.set(dst, 24);
      }),
  };
}
