export { type MapSpecInput, mapSpec } from './map-spec.ts';
export { type ParseOptions, parseObject } from './parse-object.ts';
