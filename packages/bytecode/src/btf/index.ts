export { Btf, type BtfOptions, parseBtf } from './btf.ts';
export { formatC } from './dump/c.ts';
export { formatJson } from './dump/json.ts';
export { formatRaw, type TypeSelection } from './dump/raw.ts';
export { sizeOfType, skipModifiers } from './resolve.ts';
export { sameShape, typesOfShape } from './shape.ts';
export type { BtfKind, BtfMember, BtfType } from './types.ts';
