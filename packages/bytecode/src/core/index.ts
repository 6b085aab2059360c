export { coreKindName, describeCoreRelocation } from './describe.ts';
export type { CoreKindName } from './kinds.ts';
export { POISON_HELPER } from './patch-instruction.ts';
export type { CoreFailure } from './relocate-core.ts';
