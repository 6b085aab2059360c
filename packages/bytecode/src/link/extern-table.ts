import type { Btf } from '../btf/btf.ts';
import { Budget } from '../core/budget.ts';
import { typesAreCompatible } from '../core/compatible.ts';
import { CoreFault } from '../core/core-fault.ts';
import { CoreTarget } from '../core/core-target.ts';
import { CoreTypes } from '../core/core-types.ts';
import { essentialName } from '../core/essential-name.ts';
import { ObjectFormatError } from '../errors.ts';
import { KCONFIG_MAP, kconfigVariable } from '../object/kconfig-map.ts';
import type { ExternSpec, MapSpec, ObjectSpec } from '../object/spec.ts';
import { encodeKconfig, type Kconfig } from './kconfig.ts';

/** What is known of the kernel that the programs shall run on. */
export interface ExternTargets {
  readonly kconfig?: Kconfig | null;
  readonly targetBtf?: Btf | null;
  readonly kallsyms?: ReadonlyMap<string, bigint> | null;
}

/** What an extern stands for on the target. */
export type ExternValue =
  /** Offset in the map of kernel configuration values. */
  | { readonly kind: 'kconfig'; readonly offset: number }
  /** BTF id of a kernel variable or function. */
  | { readonly kind: 'btf'; readonly id: number }
  | { readonly kind: 'address'; readonly address: bigint }
  /** Weak, and not there. */
  | { readonly kind: 'absent' }
  /** Nobody defines it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'fault'; readonly reason: string };

/** Resolves what an object leaves to kernel configuration and kernel, by libbpf's rules. */
export class ExternTable {
  readonly #spec: ObjectSpec;
  readonly #targets: ExternTargets;
  readonly #indices: ReadonlyMap<string, number>;
  readonly #values = new Map<string, ExternValue>();
  readonly #budget = new Budget();
  /** The object's maps, kernel configuration values filled in. */
  readonly maps: readonly MapSpec[];

  constructor(spec: ObjectSpec, targets: ExternTargets) {
    this.#spec = spec;
    this.#targets = targets;
    this.#indices = new Map(spec.externs.map(({ name }, index) => [name, index]));
    this.maps = spec.maps.map((map) => (map.name === KCONFIG_MAP ? this.#fillKconfig(map) : map));
  }

  /** Place among the object's externs; 0 where it is none of them. */
  indexOf(name: string): number {
    return this.#indices.get(name) ?? 0;
  }

  resolve(name: string): ExternValue {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const extern = this.#spec.externs[this.#indices.get(name) ?? -1];
    const value: ExternValue =
      extern?.source === 'kernel'
        ? this.#resolveKernel(extern)
        : extern?.weak === true
          ? { kind: 'absent' }
          : { kind: 'unknown' };
    this.#values.set(name, value);
    return value;
  }

  #fillKconfig(map: MapSpec): MapSpec {
    if (map.globals === null) return map;
    const { kconfig } = this.#targets;
    const data = map.globals.data.slice();
    for (const { name, offset, size } of map.globals.variables) {
      const into = data.subarray(offset, offset + size);
      const reason = this.#writeKconfig(name, kconfig ?? null, into);
      this.#values.set(
        name,
        reason === null ? { kind: 'kconfig', offset } : { kind: 'fault', reason },
      );
    }
    return { ...map, globals: { ...map.globals, data } };
  }

  #writeKconfig(name: string, kconfig: Kconfig | null, into: Uint8Array): string | null {
    const { btf, externs, endianness } = this.#spec;
    const extern = externs[this.#indices.get(name) ?? -1];
    if (btf === null || extern === undefined) return `${name} has no type`;
    const value = kconfig !== null && Object.hasOwn(kconfig, name) ? kconfig[name] : undefined;
    if (value === undefined) {
      if (extern.weak) return null;
      const why = kconfig === null ? 'which is not given' : 'which lacks it';
      return `needs ${name} of the target's kernel configuration, ${why}`;
    }
    const reason = encodeKconfig(value, kconfigVariable(btf, extern), into, endianness);
    return reason === null ? null : `kernel configuration value ${name}: ${reason}`;
  }

  #resolveKernel(extern: ExternSpec): ExternValue {
    const type = this.#spec.btf?.type(extern.btfId);
    if (type?.kind === 'func') return this.#resolveTyped(extern, type.type, 'func');
    if (type?.kind !== 'var') return extern.weak ? { kind: 'absent' } : { kind: 'unknown' };
    const typed = this.#spec.btf?.kind(new CoreTypes(this.#btf(), 8).skip(type.type).id) !== 'void';
    return typed ? this.#resolveTyped(extern, type.type, 'var') : this.#resolveAddress(extern);
  }

  #resolveAddress({ name, weak }: ExternSpec): ExternValue {
    const { kallsyms } = this.#targets;
    const address = kallsyms?.get(name);
    if (address !== undefined) return { kind: 'address', address };
    if (weak) return { kind: 'absent' };
    const why = kallsyms ? 'which lacks it' : 'which is not given';
    return { kind: 'fault', reason: `needs ${name} of the target's symbol table, ${why}` };
  }

  #resolveTyped({ name, weak }: ExternSpec, localId: number, kind: 'var' | 'func'): ExternValue {
    const { targetBtf } = this.#targets;
    const what = kind === 'func' ? 'function' : 'variable';
    const found = targetBtf?.findByName(kind === 'func' ? essentialName(name) : name, kind);
    if (!targetBtf || found === undefined) {
      if (weak) return { kind: 'absent' };
      const why = targetBtf ? 'which the target lacks' : "but no types of the target's are given";
      return { kind: 'fault', reason: `needs the kernel ${what} ${name}, ${why}` };
    }
    const compatible = this.#areCompatible(localId, CoreTarget.of(targetBtf), found.type.type);
    if (compatible === true) return { kind: 'btf', id: found.id };
    if (weak && kind === 'func' && compatible === false) return { kind: 'absent' };
    return {
      kind: 'fault',
      reason: `needs the kernel ${what} ${name}, which has another type on the target`,
    };
  }

  /** null: the types cannot be compared. */
  #areCompatible(localId: number, target: CoreTypes, targetId: number): boolean | null {
    const local = new CoreTypes(this.#btf(), 8);
    try {
      const [one, other] = [local.skip(localId).id, target.skip(targetId).id];
      return typesAreCompatible(this.#budget, local, one, target, other);
    } catch (error) {
      if (error instanceof CoreFault || error instanceof ObjectFormatError) return null;
      throw error;
    }
  }

  #btf(): Btf {
    const { btf } = this.#spec;
    if (btf === null) throw new ObjectFormatError('externs without types', '.BTF');
    return btf;
  }
}
