import type { Btf } from '../btf/btf.ts';
import type { BtfKind } from '../btf/types.ts';
import { CoreTypes, sameKind } from './core-types.ts';

/** Names that compilers give to the type whose size is that of a pointer. */
const LONG_NAMES: ReadonlySet<string> = new Set([
  'long',
  'long int',
  'int long',
  'unsigned long',
  'long unsigned',
  'unsigned long int',
  'unsigned int long',
  'long unsigned int',
  'long int unsigned',
  'int unsigned long',
  'int long unsigned',
]);

const targets: WeakMap<Btf, CoreTarget> = new WeakMap<Btf, CoreTarget>();

/** The types of the machine that programs shall run on; what is found out about them is kept. */
export class CoreTarget extends CoreTypes {
  static of(btf: Btf): CoreTarget {
    const known = targets.get(btf);
    if (known !== undefined) return known;
    const target = new CoreTarget(btf, pointerSizeOf(btf));
    targets.set(btf, target);
    return target;
  }

  /**
   * Ids, ascending, of the types of the same kind and essential name. Of split BTF, types of the base
   * (the kernel) go before those that it adds (a module's): these count only where there are none.
   */
  candidates(name: string, kind: BtfKind): readonly number[] {
    const ids = this.btf.idsByEssentialName(name);
    const found = ids.filter((id) => sameKind(this.btf.kind(id), kind));
    const { base, firstId } = this.btf;
    const ofBase = base === null ? [] : found.filter((id) => id < firstId);
    return ofBase.length > 0 ? ofBase : found;
  }
}

/** libbpf's guess; 8 where the BTF knows no `long`. */
function pointerSizeOf(btf: Btf): number {
  for (let id = 1; id < btf.typeCount; id++) {
    if (btf.kind(id) !== 'int' || !LONG_NAMES.has(btf.name(id))) continue;
    const type = btf.type(id);
    if (type.kind === 'int' && (type.size === 4 || type.size === 8)) return type.size;
  }
  return 8;
}
