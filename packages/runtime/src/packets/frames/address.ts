import { PacketTextError } from '../errors.ts';

/** @throws PacketTextError unless `text` is six hexadecimal bytes with colons, `02:00:00:00:00:01` */
export function parseMac(text: string): Uint8Array {
  const match = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text);
  if (!match) throw new PacketTextError(text, 'mac', 'write it as 02:00:00:00:00:01');
  return Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
}

/** @throws PacketTextError unless `text` is a dotted quad */
export function parseIpv4(text: string): Uint8Array {
  const parts = text.split('.');
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && +part < 256);
  if (!valid) throw new PacketTextError(text, 'ipv4', 'write it as 192.0.2.1');
  return Uint8Array.from(parts, Number);
}

/**
 * RFC 4291 section 2.2: eight groups, one run of zeros as `::`, the last four bytes as a dotted
 * quad if wanted.
 *
 * @throws PacketTextError
 */
export function parseIpv6(text: string): Uint8Array {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) throw new PacketTextError(text, 'ipv6', 'there is more than one "::"');
  const front = parseGroups(head, text, tail === undefined);
  const back = tail === undefined ? [] : parseGroups(tail, text, true);
  const missing = 16 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 2) {
    throw new PacketTextError(text, 'ipv6', 'it has to make eight groups');
  }
  const bytes = new Uint8Array(16);
  bytes.set(front, 0);
  bytes.set(back, 16 - back.length);
  return bytes;
}

/** @param last whether the address ends here, where a dotted quad may stand */
function parseGroups(part: string, text: string, last: boolean): number[] {
  if (part === '') return [];
  const groups = part.split(':');
  return groups.flatMap((group, i) => {
    if (last && i === groups.length - 1 && group.includes('.')) return [...parseIpv4(group)];
    if (!/^[0-9a-f]{1,4}$/i.test(group)) {
      throw new PacketTextError(text, 'ipv6', `"${group}" is no group of four digits`);
    }
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
