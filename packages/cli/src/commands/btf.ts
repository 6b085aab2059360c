import {
  type Btf,
  formatC,
  formatJson,
  formatRaw,
  parseBtf,
  parseObject,
  type TypeSelection,
} from '@anybpf/bytecode';
import { type Command, type Request, UsageError, usageOf } from '../command.ts';
import { MissingBtfError } from '../failure.ts';
import { readBytes } from '../files.ts';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

const FORMATS: Readonly<Record<string, (btf: Btf, selection: TypeSelection) => string>> = {
  c: formatC,
  raw: formatRaw,
  json: formatJson,
};

export const btf: Command = {
  name: 'btf',
  synopsis: 'dump [FILE|vmlinux] [--format c|raw|json] [--type NAME]... [--base FILE]',
  summary: 'the types of the running kernel, a BTF file or an object, as C header or as list',
  options: {
    format: { type: 'string' },
    type: { type: 'string', multiple: true },
    base: { type: 'string' },
  },
  positionals: [1, 2],
  async run(request, terminal) {
    const usage = usageOf(this);
    const [verb, file = 'vmlinux'] = request.positionals;
    if (verb !== 'dump') throw new UsageError(`there is no "btf ${verb}"`, usage);
    const name = request.text('format') ?? (request.json ? 'json' : 'c');
    const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (format === undefined || (request.json && name !== 'json')) {
      throw new UsageError(`format "${name}" is none of ${Object.keys(FORMATS).join(', ')}`, usage);
    }
    const baseFile = request.text('base');
    const base = baseFile === undefined ? null : await readBtf(baseFile, null);
    const types = await readBtf(file, base);
    terminal.out(format(types, selectTypes(types, request, usage)));
    return 0;
  },
};

/** @throws FileError, ObjectFormatError, MissingBtfError */
async function readBtf(file: string, base: Btf | null): Promise<Btf> {
  const bytes = await readBytes(file === 'vmlinux' ? KERNEL_BTF : file);
  if (!isElf(bytes)) return parseBtf(bytes, { where: file, ...(base === null ? {} : { base }) });
  const { btf } = parseObject(bytes);
  if (btf === null) throw new MissingBtfError(file);
  return btf;
}

function isElf(bytes: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, index) => bytes[index] === byte);
}

function selectTypes(types: Btf, request: Request, usage: string): TypeSelection {
  const names = request.list('type');
  if (names.length === 0) return {};
  const ids = names.flatMap((name) => {
    const found = types.idsByName(name);
    if (found.length === 0) throw new UsageError(`there is no type "${name}"`, usage);
    return found;
  });
  return { types: ids };
}
