import { type ContextDescriptor, type ContextFieldKind, contextAccess } from '@anybpf/bytecode';
import { BASE, FixedRegion, tagOf } from '../address-space.ts';
import type { Machine } from '../machine.ts';
import { type RegisterIndex, toBigint } from '../registers.ts';

const WIDTHS = [1, 2, 4, 8] as const;

/**
 * Field by field access to a context as its descriptor allows it. Scalars live in the context area
 * of the arena, in the layout of the C struct; pointers are made when they are loaded.
 */
export class FieldContext {
  readonly descriptor: ContextDescriptor;
  /** Index of the field + 1 for each offset and width: entry offset * 4 + log2(width). */
  readonly #loads: Uint8Array;
  readonly #stores: Uint8Array;
  readonly #kinds: readonly ContextFieldKind[];

  /** @param attachType narrows what may be accessed; null: not known, then nothing is narrowed */
  constructor(descriptor: ContextDescriptor, attachType: string | null) {
    this.descriptor = descriptor;
    this.#kinds = descriptor.fields.map((field) => field.kind);
    const rules = (access: 'load' | 'store'): Uint8Array => {
      const table = new Uint8Array(descriptor.size * 4);
      for (let offset = 0; offset < descriptor.size; offset++) {
        for (const [log, width] of WIDTHS.entries()) {
          const field = contextAccess(descriptor, offset, width, access, attachType);
          if (field !== null) table[offset * 4 + log] = descriptor.fields.indexOf(field) + 1;
        }
      }
      return table;
    };
    this.#loads = rules('load');
    this.#stores = rules('store');
  }

  /** Byte offset of a field. */
  offsetOf(name: string): number {
    const field = this.descriptor.fields.find((candidate) => candidate.name === name);
    return field?.offset ?? -1;
  }

  /** @returns what the field is */
  load(machine: Machine, d: RegisterIndex, at: number, size: number): ContextFieldKind {
    const { contextStart, view } = machine.arena;
    const offset = at - contextStart;
    const rule = ruleOf(this.#loads, offset, size);
    if (rule === 0) throw this.#refuse(machine, 'reads', offset, size);
    const kind = this.#kinds[rule - 1] as ContextFieldKind;
    if (kind !== 'scalar') {
      this.#loadPointer(machine, d, kind);
      return kind;
    }
    machine.hi[d] = size === 8 ? view.getInt32(at + 4, true) : 0;
    machine.lo[d] =
      size >= 4
        ? view.getInt32(at, true)
        : size === 2
          ? view.getUint16(at, true)
          : view.getUint8(at);
    return kind;
  }

  store(machine: Machine, at: number, size: number, lo: number, hi: number): void {
    const { contextStart, view } = machine.arena;
    const offset = at - contextStart;
    if (ruleOf(this.#stores, offset, size) === 0) {
      throw this.#refuse(machine, 'writes', offset, size);
    }
    if (size === 1) {
      view.setInt8(at, lo);
    } else if (size === 2) {
      view.setInt16(at, lo, true);
    } else {
      view.setInt32(at, lo, true);
      if (size === 8) view.setInt32(at + 4, hi, true);
    }
  }

  #loadPointer(machine: Machine, d: RegisterIndex, kind: ContextFieldKind): void {
    const { packet, lo, hi } = machine;
    switch (kind) {
      case 'packet':
        lo[d] = packet.address(packet.data);
        hi[d] = packet.tag;
        return;
      case 'packet-end':
        lo[d] = packet.address(packet.end);
        hi[d] = packet.tag;
        return;
      case 'packet-meta':
        lo[d] = packet.address(packet.meta);
        hi[d] = packet.tag;
        return;
      case 'socket':
      case 'socket-or-null':
      case 'sock-common-or-null':
        lo[d] = BASE + machine.arena.socketStart;
        hi[d] = tagOf(FixedRegion.socket);
        return;
      default:
        throw machine.fault('bad-context-access', {
          what: `loads a ${kind} field of the context, which this backend does not provide`,
        });
    }
  }

  #refuse(
    machine: Machine,
    access: 'reads' | 'writes',
    offset: number,
    size: number,
  ): ReturnType<Machine['fault']> {
    const { struct, fields } = this.descriptor;
    const field = fields.find(
      (candidate) => offset >= candidate.offset && offset < candidate.offset + candidate.size,
    );
    const place =
      field === undefined
        ? `at offset ${offset} of ${struct}`
        : `of ${struct}.${field.name} (offset ${offset})`;
    const why =
      field === undefined ? 'where there is no field' : 'which this program type may not do';
    return machine.fault('bad-context-access', {
      what: `${access} ${size} ${size === 1 ? 'byte' : 'bytes'} ${place}, ${why}`,
      region: 'context',
      offset,
      size,
      address: toBigint(BASE + machine.arena.contextStart + offset, tagOf(FixedRegion.context)),
    });
  }
}

function ruleOf(table: Uint8Array, offset: number, size: number): number {
  const log = size === 4 ? 2 : size === 8 ? 3 : size === 2 ? 1 : 0;
  return offset < 0 ? 0 : (table[offset * 4 + log] ?? 0);
}
