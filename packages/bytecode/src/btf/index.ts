export { Btf, parseBtf } from './btf.ts';
export { sizeOfType, skipModifiers } from './resolve.ts';
export type { BtfKind, BtfMember, BtfType } from './types.ts';
