/** Parts of a section header that matter to the reader. */
export interface SectionInput {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly content?: Uint8Array;
  /** Where it is not the content's. */
  readonly size?: number;
  readonly offset?: number;
  readonly link?: number;
  readonly info?: number;
  readonly entrySize?: number;
}

/** Writes ELF64 files for tests, well-formed unless told otherwise. Section 1 holds the names. */
export function buildElf(
  sections: readonly SectionInput[],
  little = true,
): Uint8Array<ArrayBuffer> {
  const names = ['', '.shstrtab', ...sections.map(({ name }) => name)];
  const nameBytes = strings(names);
  const all: SectionInput[] = [
    { name: '', type: 0 },
    { name: '.shstrtab', type: 3, content: nameBytes.bytes },
    ...sections,
  ];
  const contentSize = all.reduce((size, { content }) => size + (content?.length ?? 0), 0);
  const bytes = new Uint8Array(64 + contentSize + 64 * all.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1]);
  view.setUint16(16, 1, little);
  view.setUint16(18, 247, little);
  view.setBigUint64(40, BigInt(64 + contentSize), little);
  view.setUint16(52, 64, little);
  view.setUint16(58, 64, little);
  view.setUint16(60, all.length, little);
  view.setUint16(62, 1, little);
  let at = 64;
  all.forEach((section, index) => {
    const header = 64 + contentSize + 64 * index;
    const { content = new Uint8Array(0) } = section;
    bytes.set(content, at);
    view.setUint32(header, nameBytes.offsets[index] ?? 0, little);
    view.setUint32(header + 4, section.type, little);
    view.setBigUint64(header + 8, BigInt(section.flags ?? 0), little);
    view.setBigUint64(header + 24, BigInt(section.offset ?? at), little);
    view.setBigUint64(header + 32, BigInt(section.size ?? content.length), little);
    view.setUint32(header + 40, section.link ?? 0, little);
    view.setUint32(header + 44, section.info ?? 0, little);
    view.setBigUint64(header + 56, BigInt(section.entrySize ?? 0), little);
    at += content.length;
  });
  return bytes;
}

/** NUL-terminated strings one after another, and where each begins. */
export function strings(texts: readonly string[]): {
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
} {
  const offsets: number[] = [];
  const bytes: number[] = [];
  for (const text of texts) {
    offsets.push(bytes.length);
    for (const byte of new TextEncoder().encode(text)) bytes.push(byte);
    bytes.push(0);
  }
  return { bytes: Uint8Array.from(bytes), offsets };
}

/** One entry of a symbol table. */
export function symbol(
  { name = 0, info = 0, section = 0, value = 0, size = 0 },
  little = true,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, name, little);
  view.setUint8(4, info);
  view.setUint16(6, section, little);
  view.setBigUint64(8, BigInt(value), little);
  view.setBigUint64(16, BigInt(size), little);
  return new Uint8Array(view.buffer);
}

/** One entry of a REL table. */
export function relocation(
  offset: number,
  symbolIndex: number,
  type: number,
  little = true,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BigInt(offset), little);
  view.setBigUint64(8, (BigInt(symbolIndex) << 32n) | BigInt(type), little);
  return new Uint8Array(view.buffer);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
