import type { BtfType } from '../types.ts';

/** Ids of the types that a type refers to directly. */
export function referencesOf(type: BtfType): readonly number[] {
  switch (type.kind) {
    case 'ptr':
    case 'array':
    case 'typedef':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'type-tag':
    case 'func':
    case 'var':
    case 'decl-tag':
      return [type.type];
    case 'struct':
    case 'union':
      return type.members.map((member) => member.type);
    case 'func-proto':
      return [type.returns, ...type.parameters.map((parameter) => parameter.type)];
    case 'datasec':
      return type.variables.map((variable) => variable.type);
    default:
      return [];
  }
}
