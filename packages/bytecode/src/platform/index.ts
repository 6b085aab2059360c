export { attachTypes, type AttachTypeName } from './linux/attach-types.ts';
export { helpers } from './linux/helpers.ts';
export type { MapTypeName } from './linux/map-types.ts';
export type { ProgramTypeName } from './linux/program-types.ts';
export { programTypeOfSection } from './linux/sections.ts';
