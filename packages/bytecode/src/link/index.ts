export { instructionCounts } from './instruction-counts.ts';
export { parseKallsyms } from './kallsyms.ts';
export { type Kconfig, KconfigFormatError, parseKconfig } from './kconfig.ts';
export { type LinkCodeOptions, linkCode } from './link-code.ts';
export { type LinkOptions, linkObject } from './link-object.ts';
export { type LinkObjectsOptions, linkObjects } from './static/link-objects.ts';
