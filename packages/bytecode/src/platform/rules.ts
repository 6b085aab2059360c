import type {
  ContextDescriptor,
  ContextField,
  HelperArgument,
  HelperRow,
  MapTypeRow,
  ProgramTypeRow,
} from './platform.ts';

/**
 * Whether a program may call a helper.
 *
 * @param attachType expected attach type; null where it is not known: then no attach type excludes
 */
export function mayCall(
  helper: HelperRow,
  program: ProgramTypeRow,
  attachType: string | null,
): boolean {
  if (program.inheritsTarget) return true;
  if (!helper.programTypes.includes(program.name)) return false;
  const limits = helper.attachTypes;
  if (attachType === null || limits === null || !Object.hasOwn(limits, program.name)) return true;
  return limits[program.name]?.includes(attachType) ?? true;
}

/** Arguments of a helper as a program of this type must pass them. */
export function argumentsFor(helper: HelperRow, programType: string): readonly HelperArgument[] {
  const variant = helper.variants.find(({ programTypes }) => programTypes.includes(programType));
  return variant?.arguments ?? helper.arguments;
}

/** Whether a map of this type may be the helper's map argument (both switches of the kernel). */
export function acceptsMap(helper: HelperRow, map: MapTypeRow): boolean {
  return (
    (helper.mapTypes === null || helper.mapTypes.includes(map.name)) &&
    (map.helpers === null || map.helpers.includes(helper.name))
  );
}

/**
 * The field that a context access touches; null: the access is not allowed.
 *
 * @param width bytes: 1, 2, 4 or 8
 * @param attachType expected attach type; null where it is not known: then no attach type excludes
 */
export function contextAccess(
  context: ContextDescriptor,
  offset: number,
  width: number,
  access: 'load' | 'store',
  attachType: string | null,
): ContextField | null {
  if (offset % width !== 0) return null;
  const field = context.fields.find(
    (each) => offset >= each.offset && offset < each.offset + each.size,
  );
  if (field === undefined) return null;
  const widths = access === 'load' ? field.loads : field.stores;
  if (!widths.includes(width)) return null;
  const atStart = offset === field.offset;
  if (!atStart && offset + width > field.offset + field.size) return null;
  if (atStart && width > field.size && access === 'store') return null;
  if (!atStart && access === 'load' && field.loadsAtStart) return null;
  const hooks = access === 'load' ? field.loadAttachTypes : field.storeAttachTypes;
  if (hooks !== null && attachType !== null && !hooks.includes(attachType)) return null;
  return field;
}
