export { type AttachTypeName, attachTypes } from './linux/attach-types.ts';
export { type ErrnoName, errno, errnoName } from './linux/errno.ts';
export { linux } from './linux/index.ts';
export { type MapFlagName, mapFlags, mapUpdateFlags } from './linux/map-flags.ts';
export type { MapTypeName } from './linux/map-types.ts';
export { isProgramTypeName, type ProgramTypeName } from './linux/program-types.ts';
export { programTypeOfSection, type SectionRow, sections } from './linux/sections.ts';
export { returnRange, verdictName, verdictsOf } from './linux/verdicts.ts';
export type {
  ArgumentKind,
  CallbackArgumentKind,
  ContextDescriptor,
  ContextField,
  ContextFieldKind,
  DynptrFlavour,
  HelperArgument,
  HelperCallback,
  HelperRow,
  HelperVariant,
  KernelObjectKind,
  MapTypeRow,
  MapValueKind,
  MaxEntriesRule,
  Platform,
  ProgramTypeRow,
  ReturnKind,
  SectionMatch,
  SizeRule,
  VerdictRow,
} from './platform.ts';
export { acceptsMap, argumentsFor, contextAccess, mayCall } from './rules.ts';
