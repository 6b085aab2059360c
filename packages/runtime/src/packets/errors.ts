import { AnyBpfError } from '@anybpf/bytecode';

/** The bytes are no pcap or pcapng capture that this reader understands, or cannot become one. */
export class CaptureFormatError extends AnyBpfError {
  readonly code = 'CAPTURE_FORMAT';
  readonly what: string;
  readonly offset: number | undefined;

  /**
   * @param what e.g. "block length 7 is not a multiple of 4"
   * @param offset byte offset in the file; undefined when the error is met while writing
   */
  constructor(what: string, offset?: number) {
    super(
      offset === undefined
        ? `capture: ${what}`
        : `capture, offset 0x${offset.toString(16)}: ${what}`,
    );
    this.what = what;
    this.offset = offset;
  }
}

/** A packet of a capture is no Ethernet frame, and programs here take nothing else. */
export class LinkTypeError extends AnyBpfError {
  readonly code = 'LINK_TYPE';
  readonly linkType: number;
  readonly packet: number;

  /**
   * @param linkType LINKTYPE_* number (https://www.tcpdump.org/linktypes.html)
   * @param packet index of the first such packet
   */
  constructor(linkType: number, packet: number) {
    super(
      `packet ${packet} has link type ${linkType}, a batch takes Ethernet (1) alone. ` +
        'Keep the Ethernet packets with an editor such as editcap, or capture on an Ethernet interface.',
    );
    this.linkType = linkType;
    this.packet = packet;
  }
}

/** A batch would be too large, or its columns differ in length. */
export class PacketBatchSizeError extends AnyBpfError {
  readonly code = 'PACKET_BATCH_SIZE';
  readonly what: 'bytes' | 'arrivals';
  readonly size: number;
  readonly expected: number;

  /** @param expected the limit (`bytes`), or the number of packets (`arrivals`) */
  constructor(what: 'bytes' | 'arrivals', size: number, expected: number) {
    super(
      what === 'bytes'
        ? `a batch of ${size} bytes is over the limit of ${expected}; split it`
        : `${size} arrival times for ${expected} packets`,
    );
    this.what = what;
    this.size = size;
    this.expected = expected;
  }
}

/** Text that is no address of its kind, or no hexadecimal. */
export class PacketTextError extends AnyBpfError {
  readonly code = 'PACKET_TEXT';
  readonly text: string;
  readonly kind: 'hex' | 'mac' | 'ipv4' | 'ipv6';

  /** @param kind what the text should have been */
  constructor(text: string, kind: PacketTextError['kind'], detail: string) {
    const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
    super(`"${shown}" is no ${KIND_NAMES[kind]}: ${detail}`);
    this.text = text;
    this.kind = kind;
  }
}

const KIND_NAMES = {
  hex: 'hexadecimal byte string',
  mac: 'MAC address',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
} as const;
