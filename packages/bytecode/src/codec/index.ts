export type { Codec, CodecOptions } from './codec.ts';
export { describe, describeUntyped } from './describe.ts';
export { UndescribableTypeError, ValueError } from './errors.ts';
