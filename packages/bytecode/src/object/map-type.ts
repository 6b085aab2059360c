import type { MapTypeName } from '../platform/linux/map-types.ts';
import type { Platform } from '../platform/platform.ts';

/** Name of a map type's number on a platform; null where it has no such type. */
export function mapTypeOf(platform: Platform, number: number): MapTypeName | null {
  const name = platform.mapTypeByNumber(number)?.name;
  return name === undefined ? null : (name as MapTypeName);
}
