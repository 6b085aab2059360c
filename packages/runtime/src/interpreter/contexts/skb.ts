import { type ContextDescriptor, linux, type ProgramTypeName } from '@anybpf/bytecode';
import { PacketSizeError } from '../../errors.ts';
import { packetLimits } from '../../packets/limits.ts';
import { PACKET_AREA } from '../arena.ts';
import type { Machine } from '../machine.ts';
import type { RegisterIndex } from '../registers.ts';
import { checkPacketSize, type ProgramContext } from './context-memory.ts';
import { FieldContext } from './field-context.ts';
import { describeSocket } from './socket.ts';

const ETHERNET = 14;

/** Room before the packet; the kernel makes room as helpers ask for it. */
const HEADROOM = PACKET_AREA / 2;

/** The loopback device, which the kernel runs tests on. */
const LOOPBACK = 1;

/** eth_proto_is_802_3: smaller values are lengths, not protocols. */
const MIN_ETHERTYPE = 0x0600;
const ETH_P_802_2 = 0x0004;
const ETH_P_802_3 = 0x0001;

/** Bytes of the fixed header by ethertype: IPv4, IPv6. */
const IP_HEADER: ReadonlyMap<number, number> = new Map([
  [0x0800, 20],
  [0x86dd, 40],
]);

/** GSO_LEGACY_MAX_SIZE, GSO_MAX_SEGS. */
const MAX_WIRE_LENGTH = 65_536;
const MAX_SEGMENTS = 65_535;

const PACKET_HOST = 0;
const PACKET_MULTICAST = 2;
const PACKET_OTHERHOST = 3;

/** Types whose packet begins with the Ethernet header; the others begin behind it. */
const LINK_LAYER: ReadonlySet<ProgramTypeName> = new Set<ProgramTypeName>([
  'sched_cls',
  'sched_act',
]);

const FIELD_NAMES = [
  'len',
  'pkt_type',
  'mark',
  'queue_mapping',
  'protocol',
  'vlan_present',
  'vlan_tci',
  'vlan_proto',
  'priority',
  'ingress_ifindex',
  'ifindex',
  'tc_index',
  'cb',
  'hash',
  'tc_classid',
  'tstamp',
  'wire_len',
  'gso_segs',
  'gso_size',
  'hwtstamp',
] as const;

type SkbField = (typeof FIELD_NAMES)[number];

/** Offsets in struct __sk_buff; the layout is the same for every type. */
const SKB_FIELD: Readonly<Record<SkbField, number>> = skbFieldOffsets();

/** Bytes [start, end) of __sk_buff that a caller may set (convert___skb_to_skb). */
const INPUT_FIELDS: readonly (readonly [start: number, end: number])[] = [
  [SKB_FIELD.mark, SKB_FIELD.mark + 4],
  [SKB_FIELD.priority, SKB_FIELD.priority + 4],
  [SKB_FIELD.ingress_ifindex, SKB_FIELD.ifindex + 4],
  [SKB_FIELD.cb, SKB_FIELD.cb + 20],
  [SKB_FIELD.tstamp, SKB_FIELD.tstamp + 8],
  [SKB_FIELD.wire_len, SKB_FIELD.gso_segs + 4],
  [SKB_FIELD.gso_size, SKB_FIELD.gso_size + 4],
  [SKB_FIELD.hwtstamp, SKB_FIELD.hwtstamp + 8],
];

/** Bytes [start, end) that come back to the caller (convert_skb_to___skb). */
const OUTPUT_FIELDS: readonly (readonly [start: number, end: number])[] = INPUT_FIELDS.filter(
  ([start]) => start !== SKB_FIELD.hwtstamp && start !== SKB_FIELD.gso_size,
);

/** Bytes that fields of 4 bytes have in struct sk_buff, where those are fewer. */
const HOST_SIZE: ReadonlyMap<number, number> = new Map([
  [SKB_FIELD.pkt_type, 1],
  [SKB_FIELD.queue_mapping, 2],
  [SKB_FIELD.protocol, 2],
  [SKB_FIELD.vlan_tci, 2],
  [SKB_FIELD.vlan_proto, 2],
  [SKB_FIELD.tc_index, 2],
  [SKB_FIELD.tc_classid, 2],
  [SKB_FIELD.gso_segs, 2],
  [SKB_FIELD.gso_size, 2],
]);
/** Of these a store keeps the low half. */
const NARROW: ReadonlySet<number> = new Set([
  SKB_FIELD.queue_mapping,
  SKB_FIELD.tc_index,
  SKB_FIELD.tc_classid,
]);
/** A larger queue mapping is not stored. */
const NO_QUEUE_MAPPING = 0xffff;

/**
 * struct __sk_buff as BPF_PROG_TEST_RUN sets it up: a linear packet received on the loopback device,
 * its Ethernet header pulled for all types but those of traffic control.
 */
export class SkbContext implements ProgramContext {
  readonly virtual = true;
  readonly #fields: FieldContext;
  readonly #type: ProgramTypeName;
  readonly #program: string;
  readonly #writable: boolean;
  readonly linkLayer: boolean;
  #given: Uint8Array | null = null;
  /** As it was given: a program may write over it where it makes room in front. */
  readonly #ethernet: Uint8Array = new Uint8Array(ETHERNET);
  /** Arena offsets of the headers. */
  mac = 0;
  network = 0;
  /** A VLAN tag beside the packet, as network cards leave it. */
  vlanPresent = false;
  /** The program has put another network header in front. */
  encapsulated = false;

  constructor(
    descriptor: ContextDescriptor,
    type: ProgramTypeName,
    attachType: string | null,
    program: string,
  ) {
    this.#fields = new FieldContext(descriptor, attachType);
    this.#type = type;
    this.#program = program;
    this.#writable = linux.programTypeByName(type)?.writesPacket ?? false;
    this.linkLayer = LINK_LAYER.has(type);
  }

  begin(machine: Machine, packetSize: number, context: Uint8Array | null): number {
    checkPacketSize(this.#type, packetSize, this.#program);
    const { arena, packet } = machine;
    const { contextStart, bytes, view } = arena;
    bytes.fill(0, contextStart, contextStart + this.#fields.descriptor.size);
    this.#given = context;
    this.vlanPresent = false;
    this.encapsulated = false;
    arena.closeContext();
    const hardStart = arena.packetStart;
    const start = hardStart + HEADROOM;
    const data = this.linkLayer ? start : start + ETHERNET;
    packet.begin(hardStart, data, start + packetSize, hardStart + PACKET_AREA, this.#writable);
    this.mac = start;
    this.network = start + ETHERNET;
    if (context !== null) this.#read(machine, context);
    if (view.getUint32(contextStart + SKB_FIELD.ifindex, true) === 0) {
      view.setUint32(contextStart + SKB_FIELD.ifindex, LOOPBACK, true);
    }
    return start;
  }

  ready(machine: Machine): void {
    const { bytes, view } = machine.arena;
    const ethertype = view.getUint16(this.mac + 12);
    this.#requireHeader(machine, ethertype);
    const payload = view.getUint16(this.network);
    const empty = machine.packet.end < this.network + 2;
    const protocol =
      ethertype >= MIN_ETHERTYPE
        ? ethertype
        : payload === 0xffff && !empty
          ? ETH_P_802_3
          : ETH_P_802_2;
    this.set(machine, 'protocol', swap16(protocol));
    let destination = 0;
    for (let i = 0; i < 6; i++) destination |= bytes[this.mac + i] as number;
    const group = ((bytes[this.mac] as number) & 1) === 1;
    const other = group ? PACKET_MULTICAST : PACKET_OTHERHOST;
    this.set(machine, 'pkt_type', destination === 0 ? PACKET_HOST : other);
    this.set(machine, 'len', machine.packet.length);
    if (this.linkLayer) return;
    for (let i = 0; i < ETHERNET; i++) this.#ethernet[i] = bytes[this.mac + i] as number;
  }

  /** An IP packet must be long enough for its fixed header. */
  #requireHeader(machine: Machine, ethertype: number): void {
    const size = machine.packet.end - this.mac;
    const header = IP_HEADER.get(ethertype) ?? 0;
    if (size >= ETHERNET + header) return;
    const max = packetLimits(this.#type)?.max ?? size;
    throw new PacketSizeError('packet', size, ETHERNET + header, max, this.#program);
  }

  get(machine: Machine, field: SkbField): number {
    return machine.arena.view.getUint32(machine.arena.contextStart + SKB_FIELD[field], true);
  }

  set(machine: Machine, field: SkbField, value: number): void {
    machine.arena.view.setUint32(machine.arena.contextStart + SKB_FIELD[field], value, true);
  }

  /** To be called by whatever has changed the packet's bounds. */
  resized(machine: Machine): void {
    const { packet } = machine;
    packet.meta = packet.data;
    packet.moved();
    this.set(machine, 'len', packet.length);
  }

  packetAfter(machine: Machine): Uint8Array {
    const { packet, arena } = machine;
    if (this.linkLayer) return arena.bytes.slice(packet.data, packet.end);
    // The kernel puts an empty Ethernet header back, as if the program had wiped what it never saw.
    const out = new Uint8Array(ETHERNET + packet.length);
    out.set(this.#ethernet);
    out.set(arena.bytes.subarray(packet.data, packet.end), ETHERNET);
    return out;
  }

  contextAfter(machine: Machine): Uint8Array {
    const { bytes, contextStart } = machine.arena;
    const out = new Uint8Array(this.#fields.descriptor.size);
    if (this.#given !== null) out.set(this.#given);
    for (const [start, end] of OUTPUT_FIELDS) {
      out.set(bytes.subarray(contextStart + start, contextStart + end), start);
    }
    return out;
  }

  load(machine: Machine, d: RegisterIndex, at: number, size: number): void {
    const kind = this.#fields.load(machine, d, at, size);
    // Where the kernel's own field is no wider than the load, the offset within the field is lost.
    const field = (at - machine.arena.contextStart) & ~3;
    if ((at & 3) !== 0 && size >= (HOST_SIZE.get(field) ?? 8)) {
      machine.lo[d] = machine.arena.view.getUint16(machine.arena.contextStart + field, true);
    }
    if (kind === 'sock-common-or-null') describeSocket(machine, this.mac);
  }

  store(machine: Machine, at: number, size: number, lo: number, hi: number): void {
    const { view, contextStart } = machine.arena;
    const field = at - contextStart;
    if (!NARROW.has(field)) {
      this.#fields.store(machine, at, size, lo, hi);
      return;
    }
    const before = view.getUint16(at, true);
    this.#fields.store(machine, at, size, lo & 0xffff, 0);
    const refused = field === SKB_FIELD.queue_mapping && lo >>> 0 >= NO_QUEUE_MAPPING;
    if (refused) view.setUint16(at, before, true);
  }

  networkOffset(): number {
    return this.network;
  }

  macOffset(): number {
    return this.mac;
  }

  #read(machine: Machine, context: Uint8Array): void {
    const size = this.#fields.descriptor.size;
    if (context.length > size) throw this.#refuse(context.length, 0, size);
    for (let i = 0; i < context.length; i++) {
      const allowed = INPUT_FIELDS.some(([start, end]) => i >= start && i < end);
      if (!allowed && context[i] !== 0) throw this.#refuse(context.length, 0, 0);
    }
    const { arena, packet } = machine;
    arena.bytes.set(context, arena.contextStart);
    const length = packet.length;
    const wire = this.get(machine, 'wire_len');
    if (wire === 0) this.set(machine, 'wire_len', length);
    else if (wire < length || wire > MAX_WIRE_LENGTH)
      throw this.#refuse(wire, length, MAX_WIRE_LENGTH);
    const segments = this.get(machine, 'gso_segs');
    if (segments > MAX_SEGMENTS) throw this.#refuse(segments, 0, MAX_SEGMENTS);
  }

  #refuse(size: number, min: number, max: number): PacketSizeError {
    return new PacketSizeError('context', size, min, max, this.#program);
  }
}

function skbFieldOffsets(): Record<SkbField, number> {
  const fields = linux.programTypeByName('sched_cls')?.context?.fields ?? [];
  const offset = (name: string): number =>
    fields.find((field) => field.name === name)?.offset ?? -1;
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, offset(name)])) as Record<
    SkbField,
    number
  >;
}

function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
