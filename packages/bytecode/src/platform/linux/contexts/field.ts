import { deepFreeze } from '../../freeze.ts';
import type { ContextDescriptor, ContextField, ContextFieldKind } from '../../platform.ts';
import type { AttachTypeName } from '../attach-types.ts';

/** Access widths in bytes. */
export const any: readonly number[] = Object.freeze([1, 2, 4, 8]);
export const word: readonly number[] = Object.freeze([4]);
const narrow32: readonly number[] = Object.freeze([1, 2, 4]);
const none: readonly number[] = Object.freeze([]);

interface FieldTraits {
  readonly kind?: ContextFieldKind;
  readonly btfType?: string;
  readonly stores?: readonly number[];
  readonly loadsAtStart?: true;
  readonly loadAttachTypes?: readonly AttachTypeName[];
  readonly storeAttachTypes?: readonly AttachTypeName[];
}

/** A field with its own rule of widths. */
export function field(
  name: string,
  offset: number,
  size: number,
  loads: readonly number[],
  traits: FieldTraits = {},
): ContextField {
  return deepFreeze({
    name,
    offset,
    size,
    kind: traits.kind ?? 'scalar',
    btfType: traits.btfType ?? null,
    loads,
    stores: traits.stores ?? none,
    loadsAtStart: traits.loadsAtStart ?? false,
    loadAttachTypes: traits.loadAttachTypes ?? null,
    storeAttachTypes: traits.storeAttachTypes ?? null,
  });
}

/** 32-bit scalars, loadable whole or in part (bpf_ctx_narrow_access_ok). */
export function narrow(name: string, offset: number, traits: FieldTraits = {}): ContextField {
  return field(name, offset, 4, narrow32, traits);
}

/** 32-bit scalars, loadable whole only. */
export function exact(name: string, offset: number, traits: FieldTraits = {}): ContextField {
  return field(name, offset, 4, word, traits);
}

/** Consecutive 32-bit scalars, loadable whole only, first one at `offset`. */
export function exactRun(offset: number, names: readonly string[]): ContextField[] {
  return names.map((name, index) => exact(name, offset + 4 * index));
}

/** A pointer: loadable whole only, its register is typed by `kind`. */
export function pointer(
  name: string,
  offset: number,
  kind: ContextFieldKind,
  size: 4 | 8 = 8,
): ContextField {
  return field(name, offset, size, [size], { kind });
}

/** A context whose packet pointers are found by kind. */
export function context(
  struct: string,
  size: number,
  fields: readonly ContextField[],
): ContextDescriptor {
  const data = fields.find(({ kind }) => kind === 'packet');
  const dataEnd = fields.find(({ kind }) => kind === 'packet-end');
  const dataMeta = fields.find(({ kind }) => kind === 'packet-meta');
  return deepFreeze({
    struct,
    size,
    fields,
    packet:
      data === undefined || dataEnd === undefined
        ? null
        : {
            data: data.offset,
            dataEnd: dataEnd.offset,
            dataMeta: dataMeta?.offset ?? null,
            width: data.size,
          },
  });
}
