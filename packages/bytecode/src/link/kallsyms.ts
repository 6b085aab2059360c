/** What a line of `/proc/kallsyms` begins with: address, kind, name; a module may follow. */
const LINE = /^([0-9a-f]{1,16}) (\S) (\S+)/;

/**
 * Reads `/proc/kallsyms`: addresses of the running kernel's symbols by name, the first of each. All are
 * 0 for readers without privilege. Lines of another form are passed over.
 */
export function parseKallsyms(text: string): ReadonlyMap<string, bigint> {
  const symbols = new Map<string, bigint>();
  for (const line of text.split('\n')) {
    const [, address = '', , name = ''] = LINE.exec(line) ?? [];
    if (name !== '' && !symbols.has(name)) symbols.set(name, BigInt(`0x${address}`));
  }
  return symbols;
}
