import { AnyBpfError } from '@anybpf/bytecode';
import { parseHex } from '@anybpf/runtime';

/** An entry of a map as a program expects it before the first packet. Bytes in host order. */
export interface MapEntry {
  readonly map: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** `maps.json` of a program is not a list of entries. */
export class MapEntryError extends AnyBpfError {
  readonly code = 'MAP_ENTRY';
  readonly entry: number;

  /** @param entry index in the list; -1 for the document itself */
  constructor(reason: string, entry: number) {
    super(entry < 0 ? `maps.json: ${reason}` : `maps.json, entry ${entry}: ${reason}`);
    this.entry = entry;
  }
}

/**
 * Reads `[{ "map", "key", "value", "note"? }]`, key and value in hexadecimal.
 *
 * @throws MapEntryError; SyntaxError for text that is no JSON; PacketTextError for bad hexadecimal
 */
export function parseMapEntries(text: string): MapEntry[] {
  const document: unknown = JSON.parse(text);
  if (!Array.isArray(document)) throw new MapEntryError('a list of entries is needed', -1);
  return document.map((entry: unknown, index) => ({
    map: textField(entry, 'map', index),
    key: parseHex(textField(entry, 'key', index)),
    value: parseHex(textField(entry, 'value', index)),
  }));
}

function textField(entry: unknown, field: string, index: number): string {
  const value: unknown =
    typeof entry === 'object' && entry !== null ? Reflect.get(entry, field) : undefined;
  if (typeof value !== 'string') throw new MapEntryError(`"${field}" has to be a text`, index);
  return value;
}
