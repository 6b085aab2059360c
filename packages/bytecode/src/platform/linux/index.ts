import type { HelperRow, MapTypeRow, Platform, ProgramTypeRow } from '../platform.ts';
import { attachTypes } from './attach-types.ts';
import { flowKeysObject } from './contexts/kernel.ts';
import {
  sockCommonObject,
  socketObject,
  tcpSocketObject,
  xdpSocketObject,
} from './contexts/socket.ts';
import { helpers } from './helpers.ts';
import { mapFlags } from './map-flags.ts';
import { type MapTypeName, mapTypes } from './map-types.ts';
import { type ProgramTypeName, programTypes } from './program-types.ts';
import { programTypeOfSection } from './sections.ts';
import { returnRange, verdictName } from './verdicts.ts';

function byName<Row extends { readonly name: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.name, row]));
}

function byNumber<Row extends { readonly number: number }>(
  rows: readonly Row[],
): readonly (Row | undefined)[] {
  const table: (Row | undefined)[] = [undefined];
  for (const row of rows) table[row.number] = row;
  return table;
}

const helpersByName = byName(helpers);
const helpersByNumber = byNumber(helpers);
const mapTypesByName = byName(mapTypes);
const mapTypesByNumber = byNumber(mapTypes);
const programTypesByName = byName(programTypes);
const programTypesByNumber = byNumber(programTypes);

/** Linux as of 6.18, x86-64 where the architecture matters (struct pt_regs). */
export const linux: Platform<MapTypeName, ProgramTypeName> = Object.freeze({
  name: 'linux',
  version: '6.18',
  helpers,
  mapTypes,
  programTypes,
  attachTypes,
  mapFlags,
  objects: Object.freeze({
    socket: socketObject,
    'sock-common': sockCommonObject,
    'tcp-socket': tcpSocketObject,
    'xdp-socket': xdpSocketObject,
    'flow-keys': flowKeysObject,
  }),
  helperByNumber: (number: number): HelperRow | undefined => helpersByNumber[number],
  helperByName: (name: string): HelperRow | undefined => helpersByName.get(name),
  mapTypeByNumber: (number: number): MapTypeRow<MapTypeName> | undefined =>
    mapTypesByNumber[number],
  mapTypeByName: (name: string): MapTypeRow<MapTypeName> | undefined => mapTypesByName.get(name),
  programTypeByNumber: (number: number): ProgramTypeRow<ProgramTypeName> | undefined =>
    programTypesByNumber[number],
  programTypeByName: (name: string): ProgramTypeRow<ProgramTypeName> | undefined =>
    programTypesByName.get(name),
  programTypeOfSection,
  verdictName,
  returnRange,
});
