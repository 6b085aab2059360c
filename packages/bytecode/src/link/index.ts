export { instructionCounts } from './instruction-counts.ts';
export { type LinkCodeOptions, linkCode } from './link-code.ts';
export { type LinkOptions, linkObject } from './link-object.ts';
