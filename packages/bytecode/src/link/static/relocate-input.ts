import { LinkError } from '../../errors.ts';
import type { CoreRelocationSpec, FunctionSpec, RelocationSpec } from '../../object/spec.ts';
import type { Input } from './input.ts';
import type { MergedBtf } from './merge-btf.ts';
import type { Definition, SymbolTable } from './symbol-table.ts';

type Target = RelocationSpec['target'];

const SLOT_SIZE = 8;
const OPCODE_CALL = 0x85;

/** Moves what one object says about code to the places that it has among the others. */
export class InputRelocator {
  readonly #input: Input;
  readonly #symbols: SymbolTable;
  readonly #merged: MergedBtf;
  readonly #mapNames: ReadonlyMap<string, string>;
  readonly #weak: ReadonlyMap<string, boolean>;
  readonly #lostFunctions = new Map<string, Definition>();
  readonly #lostVariables: { readonly lost: Definition; readonly winner: Definition }[] = [];

  /**
   * @param mapNames new names of maps whose name another object uses too
   * @param weak whether an extern may be missing, by name, over all objects
   */
  constructor(
    input: Input,
    symbols: SymbolTable,
    merged: MergedBtf,
    mapNames: ReadonlyMap<string, string>,
    weak: ReadonlyMap<string, boolean>,
  ) {
    this.#input = input;
    this.#symbols = symbols;
    this.#merged = merged;
    this.#mapNames = mapNames;
    this.#weak = weak;
    for (const lost of symbols.overridden) {
      const winner = symbols.get(lost.name);
      if (lost.input !== input || winner === undefined) continue;
      if (lost.place.kind === 'function') this.#lostFunctions.set(placeOf(lost.place), winner);
      else if (lost.place.kind === 'variable') this.#lostVariables.push({ lost, winner });
    }
  }

  /** Functions that no other object overrides. */
  functions(): readonly FunctionSpec[] {
    const { functions } = this.#input;
    return functions
      .filter((each) => each.binding === 'local' || !this.#lostFunctions.has(placeOf(each)))
      .map((each) => this.#function(each));
  }

  #function(spec: FunctionSpec): FunctionSpec {
    const shift = this.#merged.stringShifts.get(this.#input) ?? 0;
    return {
      name: spec.name,
      section: spec.section,
      sectionOffset: this.#moved(spec.section, spec.sectionOffset),
      bytes: spec.bytes,
      binding: spec.binding,
      relocations: spec.relocations.map((relocation) => this.#relocation(spec, relocation)),
      lines: spec.lines.map((line) => ({
        ...line,
        fileOffset: line.fileOffset + shift,
        textOffset: line.textOffset + shift,
      })),
      btfId: spec.btfId === null ? null : this.typeId(spec.btfId),
    };
  }

  coreRelocations(): readonly CoreRelocationSpec[] {
    return this.#input.spec.coreRelocations.map((relocation) => ({
      ...relocation,
      sectionOffset: this.#moved(relocation.section, relocation.sectionOffset),
      typeId: this.typeId(relocation.typeId),
    }));
  }

  /** The id that a type of the object has among the merged ones. */
  typeId(id: number): number {
    return this.#merged.ids.get(this.#input)?.[id] ?? 0;
  }

  #moved(section: string, offset: number): number {
    return offset + (this.#input.codeBases.get(section) ?? 0);
  }

  #relocation(holder: FunctionSpec, { slot, target }: RelocationSpec): RelocationSpec {
    return { slot, target: this.#target(holder, slot, target) };
  }

  #target(holder: FunctionSpec, slot: number, target: Target): Target {
    switch (target.kind) {
      case 'map':
        return { ...target, map: this.#mapNames.get(target.map) ?? target.map };
      case 'map-value':
        return this.#variable(target.map, target.offset);
      case 'function': {
        const winner = this.#lostFunctions.get(placeOf(target));
        if (winner !== undefined) return definedTarget(winner, 0);
        return { ...target, sectionOffset: this.#moved(target.section, target.sectionOffset) };
      }
      case 'extern':
        return this.#extern(holder, slot, target);
      default:
        return target;
    }
  }

  #variable(map: string, offset: number): Target {
    for (const { lost, winner } of this.#lostVariables) {
      const { place } = lost;
      if (place.kind !== 'variable' || place.map !== map) continue;
      if (offset < place.offset || offset >= place.offset + place.size) continue;
      return definedTarget(winner, offset - place.offset);
    }
    return { kind: 'map-value', map, offset: offset + (this.#input.dataBases.get(map) ?? 0) };
  }

  #extern(holder: FunctionSpec, slot: number, target: Target & { kind: 'extern' }): Target {
    const definition = this.#symbols.get(target.name);
    if (definition === undefined) {
      return { ...target, weak: this.#weak.get(target.name) ?? target.weak };
    }
    const view = new DataView(holder.bytes.buffer, holder.bytes.byteOffset + slot * SLOT_SIZE);
    const isCall = view.getUint8(0) === OPCODE_CALL;
    if (isCall && definition.place.kind !== 'function') {
      throw new LinkError(
        `${this.#input.name} calls ${target.name}, which is no function of ${definition.input.name}`,
        holder.name,
        slot,
      );
    }
    const addend = view.getInt32(4, this.#input.spec.endianness === 'little');
    return definedTarget(definition, isCall ? 0 : addend);
  }
}

/** @param addend bytes after the start of the symbol */
function definedTarget({ input, place, name }: Definition, addend: number): Target {
  switch (place.kind) {
    case 'function': {
      const { section, sectionOffset } = place;
      const base = input.codeBases.get(section) ?? 0;
      return { kind: 'function', section, sectionOffset: base + sectionOffset + addend };
    }
    case 'variable': {
      const base = input.dataBases.get(place.map) ?? 0;
      return { kind: 'map-value', map: place.map, offset: base + place.offset + addend };
    }
    case 'map':
      return { kind: 'map', map: name, offset: 0 };
  }
}

function placeOf(place: { readonly section: string; readonly sectionOffset: number }): string {
  return `${place.section}:${place.sectionOffset}`;
}
