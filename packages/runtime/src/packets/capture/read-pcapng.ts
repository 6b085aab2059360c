import { CaptureFormatError } from '../errors.ts';
import type { Capture, CapturedPacket, CaptureInterface } from './capture.ts';
import { MICROSECOND_CLOCK, PcapngClock } from './pcapng-clock.ts';
import { BLOCK, BYTE_ORDER_MAGIC, OPTION } from './pcapng-format.ts';
import { MAX_CAPTURED_LENGTH } from './read-pcap.ts';

interface SectionInterface extends CaptureInterface {
  readonly clock: PcapngClock;
}

/** One block: its body lies between the 8-byte head and the 4-byte repeated length. */
interface Block {
  readonly type: number;
  /** Offset of the body in the file. */
  readonly body: number;
  /** End of the body. */
  readonly end: number;
}

export function isPcapng(bytes: Uint8Array): boolean {
  // The type of a section header block reads the same in both byte orders.
  return (
    bytes.length >= 4 &&
    bytes[0] === 0x0a &&
    bytes[1] === 0x0d &&
    bytes[2] === 0x0d &&
    bytes[3] === 0x0a
  );
}

/**
 * Reads pcapng (draft-ietf-opsawg-pcapng): any number of sections and interfaces, enhanced, simple
 * and obsolete packet blocks. Other blocks and all options but the clock's are skipped.
 *
 * @throws CaptureFormatError for blocks that contradict the format
 */
export function readPcapng(bytes: Uint8Array): Capture {
  if (!isPcapng(bytes)) throw new CaptureFormatError('no section header block', 0);
  return new PcapngReader(bytes).read();
}

class PcapngReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly interfaces: SectionInterface[] = [];
  private readonly packets: CapturedPacket[] = [];
  private littleEndian = true;
  /** Index in `interfaces` of the first interface of the current section. */
  private sectionStart = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Capture {
    let at = 0;
    while (at < this.bytes.length) {
      const block = this.blockAt(at);
      if (block === null) break;
      this.readBlock(block);
      at = block.end + 4;
    }
    return {
      format: 'pcapng',
      interfaces: this.interfaces.map(({ linkType, snapLength }) => ({ linkType, snapLength })),
      packets: this.packets,
      truncated: at < this.bytes.length,
    };
  }

  /** null where the file ends inside the block. */
  private blockAt(at: number): Block | null {
    const { view, bytes } = this;
    if (at + 12 > bytes.length) return null;
    const type = view.getUint32(at, this.littleEndian);
    if (type === BLOCK.sectionHeader) {
      const magicLittle = view.getUint32(at + 8, true);
      const magicBig = view.getUint32(at + 8, false);
      if (magicLittle !== BYTE_ORDER_MAGIC && magicBig !== BYTE_ORDER_MAGIC) {
        throw new CaptureFormatError('the section header has no byte-order magic', at + 8);
      }
      this.littleEndian = magicLittle === BYTE_ORDER_MAGIC;
    }
    const length = view.getUint32(at + 4, this.littleEndian);
    if (length < 12 || length % 4 !== 0) {
      throw new CaptureFormatError(
        `block length ${length} is below 12 or not a multiple of 4`,
        at + 4,
      );
    }
    if (at + length > bytes.length) return null;
    const repeated = view.getUint32(at + length - 4, this.littleEndian);
    if (repeated !== length) {
      throw new CaptureFormatError(
        `the block says ${length} bytes at its head and ${repeated} at its end`,
        at + length - 4,
      );
    }
    return { type, body: at + 8, end: at + length - 4 };
  }

  private readBlock(block: Block): void {
    switch (block.type) {
      case BLOCK.sectionHeader:
        this.readSectionHeader(block);
        break;
      case BLOCK.interfaceDescription:
        this.readInterface(block);
        break;
      case BLOCK.enhancedPacket:
        this.readPacket(block, this.uint32(block, 0));
        break;
      case BLOCK.packet:
        this.readPacket(block, this.uint16(block, 0));
        break;
      case BLOCK.simplePacket:
        this.readSimplePacket(block);
        break;
    }
  }

  private readSectionHeader(block: Block): void {
    const major = this.uint16(block, 4);
    if (major !== 1) {
      throw new CaptureFormatError(`pcapng version ${major} is unknown`, block.body + 4);
    }
    this.sectionStart = this.interfaces.length;
  }

  private readInterface(block: Block): void {
    const linkType = this.uint16(block, 0);
    const snapLength = this.uint32(block, 4);
    this.interfaces.push({ linkType, snapLength, clock: this.readClock(block, 8) });
  }

  /** Resolution and offset among the interface's options, which start `at` bytes into the body. */
  private readClock(block: Block, at: number): PcapngClock {
    let resolution: number | null = null;
    let offset = 0n;
    let position = block.body + at;
    while (position + 4 <= block.end) {
      const code = this.view.getUint16(position, this.littleEndian);
      const length = this.view.getUint16(position + 2, this.littleEndian);
      if (code === OPTION.endOfOptions) break;
      const value = position + 4;
      if (value + length > block.end) {
        throw new CaptureFormatError(`option ${code} runs past the end of its block`, position);
      }
      if (code === OPTION.timestampResolution && length >= 1)
        resolution = this.view.getUint8(value);
      if (code === OPTION.timestampOffset && length >= 8) {
        offset = this.view.getBigInt64(value, this.littleEndian);
      }
      position = value + ((length + 3) & ~3);
    }
    return resolution === null && offset === 0n
      ? MICROSECOND_CLOCK
      : new PcapngClock(resolution ?? 6, offset);
  }

  /** Enhanced packet block, and the obsolete packet block, which differs in its first word alone. */
  private readPacket(block: Block, sectionInterface: number): void {
    const high = this.uint32(block, 4);
    const low = this.uint32(block, 8);
    const captured = this.uint32(block, 12);
    const originalLength = this.uint32(block, 16);
    const index = this.sectionStart + sectionInterface;
    const source = this.interfaceAt(index, block);
    const timestamp = source.clock.timestamp(high, low);
    if (timestamp === null) {
      throw new CaptureFormatError('the timestamp is beyond any calendar', block.body + 4);
    }
    this.push(block, 20, captured, originalLength, index, source, timestamp);
  }

  private readSimplePacket(block: Block): void {
    const originalLength = this.uint32(block, 0);
    const index = this.sectionStart;
    const source = this.interfaceAt(index, block);
    const captured =
      source.snapLength === 0 ? originalLength : Math.min(originalLength, source.snapLength);
    this.push(block, 4, captured, originalLength, index, source, null);
  }

  private push(
    block: Block,
    at: number,
    captured: number,
    originalLength: number,
    index: number,
    source: SectionInterface,
    timestamp: CapturedPacket['timestamp'],
  ): void {
    const start = block.body + at;
    if (captured > block.end - start || captured > MAX_CAPTURED_LENGTH) {
      throw new CaptureFormatError(
        `a packet claims ${captured} captured bytes, its block has ${block.end - start}`,
        block.body,
      );
    }
    this.packets.push({
      data: this.bytes.subarray(start, start + captured),
      originalLength: Math.max(captured, originalLength),
      timestamp,
      interface: index,
      linkType: source.linkType,
    });
  }

  private interfaceAt(index: number, block: Block): SectionInterface {
    const source = this.interfaces[index];
    if (source === undefined || index < this.sectionStart) {
      throw new CaptureFormatError(
        `a packet names interface ${index - this.sectionStart}, its section has ${this.interfaces.length - this.sectionStart}`,
        block.body,
      );
    }
    return source;
  }

  private uint16(block: Block, at: number): number {
    this.requireField(block, at, 2);
    return this.view.getUint16(block.body + at, this.littleEndian);
  }

  private uint32(block: Block, at: number): number {
    this.requireField(block, at, 4);
    return this.view.getUint32(block.body + at, this.littleEndian);
  }

  private requireField(block: Block, at: number, size: number): void {
    if (block.body + at + size > block.end) {
      throw new CaptureFormatError(`a block of type ${block.type} is too short`, block.body);
    }
  }
}
