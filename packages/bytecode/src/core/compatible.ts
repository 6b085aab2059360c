import type { Budget } from './budget.ts';
import { CoreFault } from './core-fault.ts';
import { type CoreTypes, isComposite, isEnum, nameOf, sameKind } from './core-types.ts';
import { essentialName } from './essential-name.ts';

/** Types behind pointers, arrays and function types that are followed. */
const MAX_DEPTH = 32;

/**
 * Whether a field may be read as the other one: structs and unions, pointers, floats and integers of
 * any size among themselves; enums and forward declarations of the same essential name, or without
 * one; arrays by their elements (bpf_core_fields_are_compat of libbpf).
 */
export function fieldsAreCompatible(
  local: CoreTypes,
  localId: number,
  target: CoreTypes,
  targetId: number,
): boolean {
  let [localAt, targetAt] = [localId, targetId];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { type: one } = local.skip(localAt);
    const { type: other } = target.skip(targetAt);
    if (isComposite(one) && isComposite(other)) return true;
    if (!sameKind(one.kind, other.kind)) return false;
    switch (one.kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
      case 'enum64': {
        const [localName, targetName] = [nameOf(one), nameOf(other)];
        return (
          localName === '' ||
          targetName === '' ||
          essentialName(localName) === essentialName(targetName)
        );
      }
      case 'int':
        // Old compilers wrote bit-fields as integers that begin elsewhere.
        return one.bitOffset === 0 && other.kind === 'int' && other.bitOffset === 0;
      case 'array':
        if (other.kind !== 'array') return false;
        [localAt, targetAt] = [one.type, other.type];
        break;
      default:
        return false;
    }
  }
  throw new CoreFault(`type ${localId} nests more than ${MAX_DEPTH} arrays`);
}

/**
 * Whether a type exists as the other one: the same kind, behind pointers and in function types too;
 * below the root names do not matter (bpf_core_types_are_compat of libbpf).
 */
export function typesAreCompatible(
  budget: Budget,
  local: CoreTypes,
  localId: number,
  target: CoreTypes,
  targetId: number,
  level: number = MAX_DEPTH,
): boolean {
  if (!sameKind(local.type(localId).kind, target.type(targetId).kind)) return false;
  let [localAt, targetAt] = [localId, targetId];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    budget.spend();
    const { type: one } = local.skip(localAt);
    const { type: other } = target.skip(targetAt);
    if (!sameKind(one.kind, other.kind)) return false;
    if (one.kind === 'void' || isComposite(one) || isEnum(one) || one.kind === 'fwd') return true;
    if (one.kind === 'int' && other.kind === 'int') {
      return one.bitOffset === 0 && other.bitOffset === 0;
    }
    if (one.kind === 'ptr' && other.kind === 'ptr') {
      [localAt, targetAt] = [one.type, other.type];
    } else if (one.kind === 'array' && other.kind === 'array') {
      [localAt, targetAt] = [one.type, other.type];
    } else if (one.kind === 'func-proto' && other.kind === 'func-proto') {
      if (one.parameters.length !== other.parameters.length) return false;
      for (const [index, parameter] of one.parameters.entries()) {
        if (level <= 0) throw tooDeep(localId);
        const localType = local.skip(parameter.type).id;
        const targetType = target.skip(other.parameters[index]?.type ?? 0).id;
        if (!typesAreCompatible(budget, local, localType, target, targetType, level - 1)) {
          return false;
        }
      }
      [localAt, targetAt] = [one.returns, other.returns];
    } else {
      return false;
    }
  }
  throw tooDeep(localId);
}

function tooDeep(id: number): CoreFault {
  return new CoreFault(`type ${id} leads through more than ${MAX_DEPTH} others`);
}
