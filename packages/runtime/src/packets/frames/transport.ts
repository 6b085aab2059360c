import { internetChecksum } from './checksum.ts';
import { type Layer, prepend } from './layer.ts';

const NOTHING = new Uint8Array(0);

export interface PortOptions {
  /** Default 40000. */
  readonly srcPort?: number;
  /** Default 53 (UDP), 80 (TCP). */
  readonly dstPort?: number;
}

/** UDP header, 8 bytes, with its checksum where an IP layer is around it (RFC 768). */
export function udp(options: PortOptions = {}): Layer {
  return {
    protocol: 17,
    encode: (payload, _inner, outer) =>
      prepend(8, payload, (view, bytes) => {
        view.setUint16(0, options.srcPort ?? 40000);
        view.setUint16(2, options.dstPort ?? 53);
        view.setUint16(4, bytes.length);
        const pseudoHeader = outer?.pseudoHeader?.(17, bytes.length);
        if (pseudoHeader === undefined) return;
        // 0 would mean "no checksum"; the other zero of one's complement stands in for it.
        view.setUint16(6, internetChecksum(pseudoHeader, bytes) || 0xffff);
      }),
  };
}

/** TCP flag bits of `TcpOptions.flags`. */
export const TCP_FLAG = {
  fin: 0x01,
  syn: 0x02,
  rst: 0x04,
  psh: 0x08,
  ack: 0x10,
  urg: 0x20,
} as const;

export interface TcpOptions extends PortOptions {
  readonly sequence?: number;
  readonly acknowledgement?: number;
  /** `TCP_FLAG` bits. Default ack. */
  readonly flags?: number;
  /** Default 65535. */
  readonly window?: number;
}

/** TCP header, 20 bytes, with its checksum where an IP layer is around it (RFC 9293). */
export function tcp(options: TcpOptions = {}): Layer {
  return {
    protocol: 6,
    encode: (payload, _inner, outer) =>
      prepend(20, payload, (view, bytes) => {
        view.setUint16(0, options.srcPort ?? 40000);
        view.setUint16(2, options.dstPort ?? 80);
        view.setUint32(4, options.sequence ?? 1);
        view.setUint32(8, options.acknowledgement ?? 0);
        view.setUint8(12, 5 << 4);
        view.setUint8(13, options.flags ?? TCP_FLAG.ack);
        view.setUint16(14, options.window ?? 65535);
        const pseudoHeader = outer?.pseudoHeader?.(6, bytes.length) ?? NOTHING;
        view.setUint16(16, internetChecksum(pseudoHeader, bytes));
      }),
  };
}

export interface IcmpOptions {
  /** Default: echo request. */
  readonly type?: number;
  readonly code?: number;
  readonly identifier?: number;
  readonly sequence?: number;
}

/** ICMP header, 8 bytes, with its checksum (RFC 792). */
export function icmp(options: IcmpOptions = {}): Layer {
  return icmpLayer(1, 8, options, false);
}

/** ICMPv6 header, 8 bytes, with its checksum (RFC 4443). */
export function icmpv6(options: IcmpOptions = {}): Layer {
  return icmpLayer(58, 128, options, true);
}

function icmpLayer(
  protocol: number,
  echoRequest: number,
  options: IcmpOptions,
  coversPseudoHeader: boolean,
): Layer {
  return {
    protocol,
    encode: (payload, _inner, outer) =>
      prepend(8, payload, (view, bytes) => {
        view.setUint8(0, options.type ?? echoRequest);
        view.setUint8(1, options.code ?? 0);
        view.setUint16(4, options.identifier ?? 1);
        view.setUint16(6, options.sequence ?? 1);
        const covered = coversPseudoHeader
          ? outer?.pseudoHeader?.(protocol, bytes.length)
          : NOTHING;
        view.setUint16(2, internetChecksum(covered ?? NOTHING, bytes));
      }),
  };
}
