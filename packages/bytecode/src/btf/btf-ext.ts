import { ByteReader } from '../elf/byte-reader.ts';
import { readBtfHeader } from './btf.ts';

/**
 * Records of one ELF section: `stride` words each, of the known part of a record. Word 0 is the byte
 * offset of the instruction in that section.
 *
 *     func info   1 FUNC type id                                     (struct bpf_func_info)
 *     line info   1 file name  2 line text  3 line << 10 | column    (struct bpf_line_info)
 *     CO-RE       1 root type id  2 access string  3 kind            (struct bpf_core_relo)
 */
export interface BtfExtRecords {
  /** Offset of the section's name in the strings of `.BTF`. */
  readonly sectionName: number;
  readonly words: Uint32Array;
  readonly stride: number;
}

/** What `.BTF.ext` says about instructions. Strings are offsets in the strings of `.BTF`. */
export interface BtfExt {
  readonly functions: readonly BtfExtRecords[];
  readonly lines: readonly BtfExtRecords[];
  readonly coreRelocations: readonly BtfExtRecords[];
}

/** Bytes of the header of the first version, and of the one that names CO-RE relocations. */
const HEADER_SIZE = 24;
const CORE_HEADER_SIZE = 32;

/**
 * Reads `.BTF.ext` (kernel Documentation/bpf/btf.rst section 4.2); records longer than the known
 * ones are cut.
 *
 * @param base offset of `bytes` in the file, for errors
 * @throws ObjectFormatError
 */
export function parseBtfExt(bytes: Uint8Array, base = 0, where = '.BTF.ext'): BtfExt {
  const header = readBtfHeader(bytes, where, base, HEADER_SIZE);
  const headerSize = header.u32(4);
  const part = (at: number, stride: number, what: string): BtfExtRecords[] => {
    const start = headerSize + header.u32(at);
    const content = header.slice(start, header.u32(at + 4), what);
    return readPart(new ByteReader(content, header.endianness, where, base + start), stride, what);
  };
  return {
    functions: part(8, 2, 'func info'),
    lines: part(16, 4, 'line info'),
    coreRelocations: headerSize >= CORE_HEADER_SIZE ? part(24, 4, 'CO-RE relocations') : [],
  };
}

function readPart(reader: ByteReader, stride: number, what: string): BtfExtRecords[] {
  if (reader.length === 0) return [];
  const recordSize = reader.u32(0);
  if (recordSize < stride * 4 || recordSize % 4 !== 0) {
    throw reader.error(`${what}: records of ${recordSize} bytes (${stride * 4} at least)`);
  }
  const parts: BtfExtRecords[] = [];
  let at = 4;
  while (at < reader.length) {
    const count = reader.u32(at + 4);
    const records = at + 8;
    if (count === 0) throw reader.error(`${what}: a section without records`, at);
    reader.slice(records, count * recordSize, `${what}: ${count} records`);
    const words = new Uint32Array(count * stride);
    for (let record = 0; record < count; record++) {
      for (let word = 0; word < stride; word++) {
        words[record * stride + word] = reader.u32(records + record * recordSize + word * 4);
      }
    }
    parts.push({ sectionName: reader.u32(at), words, stride });
    at = records + count * recordSize;
  }
  return parts;
}

/** Several lists for the same section as one, ascending. A compiler writes one, ascending. */
export function mergeRecords(parts: readonly [BtfExtRecords, ...BtfExtRecords[]]): BtfExtRecords {
  const [first] = parts;
  const { stride } = first;
  if (parts.length === 1 && isAscending(first)) return first;
  const records = parts.flatMap(({ words }) =>
    Array.from({ length: words.length / stride }, (_, record) =>
      words.subarray(record * stride, (record + 1) * stride),
    ),
  );
  records.sort((a, b) => (a[0] as number) - (b[0] as number));
  const words = new Uint32Array(records.length * stride);
  records.forEach((record, index) => {
    words.set(record, index * stride);
  });
  return { ...first, words };
}

function isAscending({ words, stride }: BtfExtRecords): boolean {
  for (let at = stride; at < words.length; at += stride) {
    if ((words[at] as number) < (words[at - stride] as number)) return false;
  }
  return true;
}
