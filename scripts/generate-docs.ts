// Writes docs/reference/*.md out of the platform tables of @anybpf/bytecode.
//
//     node scripts/generate-docs.ts           writes
//     node scripts/generate-docs.ts --check   compares with what is there
//
// Needs `npm run build` before. Exit status: 0 good, 1 a page is stale.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type HelperArgument,
  type HelperRow,
  linux,
  type MapTypeRow,
  type ProgramTypeRow,
  type SectionRow,
  type SizeRule,
  sections,
} from '@anybpf/bytecode';

const FOLDER = join(import.meta.dirname, '../docs/reference');

interface Page {
  readonly file: string;
  readonly title: string;
  readonly intro: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function text({ title, intro, columns, rows }: Page): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `# ${title}`,
    '',
    `Generated from the platform tables (${linux.name} ${linux.version}) by \`npm run docs\`; do not edit.`,
    '',
    ...intro,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((cells) => line(cells.map((cell) => cell.replaceAll('|', '\\|')))),
    '',
  ].join('\n');
}

const code = (name: string): string => `\`${name}\``;
const list = (names: readonly string[]): string => names.map(code).join(', ');
const yes = (value: boolean, word = 'yes'): string => (value ? word : '');

function sectionPage(): Page {
  const row = ({ name, programType, attachType, traits }: SectionRow): readonly string[] => [
    code(name),
    code(programType),
    attachType === null ? '' : code(attachType),
    traits.includes('legacy') ? 'libbpf before 1.0' : name.endsWith('+') ? 'after `/`' : '',
    yes(traits.includes('sleepable')),
    yes(traits.includes('fragments')),
    yes(traits.includes('prefixed'), 'anything may follow before libbpf 1.0'),
  ];
  return {
    file: 'section-names.md',
    title: 'Section names',
    intro: [
      'What the name of an ELF section says about the programs in it. `?` in front of any of them: the',
      'program is not loaded unless asked for. `+` at the end: `/` and a target may follow.',
    ],
    columns: ['section', 'program type', 'attach type', 'target', 'sleepable', 'fragments', 'note'],
    rows: sections.map(row),
  };
}

function programPage(): Page {
  const row = (type: ProgramTypeRow): readonly string[] => [
    String(type.number),
    code(type.name),
    type.since,
    type.context === null ? '' : code(type.context.struct),
    list(type.attachTypes),
    yes(type.attachesByBtf),
    type.sleepable === 'never' ? '' : type.sleepable,
    yes(type.writesPacket),
    String(linux.helpers.filter(({ programTypes }) => programTypes.includes(type.name)).length),
  ];
  return {
    file: 'program-types.md',
    title: 'Program types',
    intro: ['`since` is the first kernel that has the type; `helpers` how many it may call.'],
    columns: [
      'number',
      'name',
      'since',
      'context',
      'attach types',
      'by BTF',
      'sleepable',
      'writes packets',
      'helpers',
    ],
    rows: linux.programTypes.map(row),
  };
}

function size({ oneOf, minimum, maximum, multipleOf }: SizeRule): string {
  const unit = multipleOf === 1 ? '' : `, multiple of ${multipleOf}`;
  return oneOf === null ? `${minimum} to ${maximum}${unit}` : oneOf.join(' or ');
}

function mapPage(): Page {
  const row = (type: MapTypeRow): readonly string[] => [
    String(type.number),
    code(type.name),
    type.since,
    type.keyless ? 'none' : size(type.key),
    size(type.value),
    type.values,
    type.maxEntries,
    yes(type.perCpu),
    list(type.flags),
    list(type.requiredFlags),
  ];
  return {
    file: 'map-types.md',
    title: 'Map types',
    intro: ['Sizes are bytes. `values` says what a value is to a program.'],
    columns: [
      'number',
      'name',
      'since',
      'key',
      'value',
      'values',
      'max entries',
      'per CPU',
      'flags',
      'required',
    ],
    rows: linux.mapTypes.map(row),
  };
}

function argument({ kind, nullable, size: bytes, btfType, dynptr }: HelperArgument): string {
  const detail = [bytes === null ? '' : String(bytes), btfType ?? '', dynptr ?? ''].filter(Boolean);
  return `${kind}${detail.length === 0 ? '' : `(${detail.join(', ')})`}${nullable ? '?' : ''}`;
}

function helperPage(): Page {
  const all = linux.programTypes.filter(({ inheritsTarget }) => !inheritsTarget);
  const programs = ({ programTypes }: HelperRow): string => {
    const missing = all.filter(({ name }) => !programTypes.includes(name));
    if (missing.length === 0) return 'all';
    return missing.length <= 4
      ? `all but ${list(missing.map(({ name }) => name))}`
      : list(programTypes);
  };
  const notes = (helper: HelperRow): string =>
    [
      yes(helper.gplOnly, 'GPL only'),
      yes(helper.mightSleep, 'sleeps'),
      yes(helper.acquires, 'acquires'),
      yes(helper.invalidatesPackets, 'invalidates packet pointers'),
      helper.mapTypes === null ? '' : `maps: ${list(helper.mapTypes)}`,
    ]
      .filter(Boolean)
      .join('; ');
  return {
    file: 'helpers.md',
    title: 'Helpers',
    intro: [
      'A `?` after an argument: null is accepted. Arguments may differ for some program types.',
    ],
    columns: ['number', 'name', 'since', 'arguments', 'returns', 'program types', 'notes'],
    rows: linux.helpers.map((helper) => [
      String(helper.number),
      code(`bpf_${helper.name}`),
      helper.since,
      helper.arguments.map(argument).join(', '),
      helper.returns,
      programs(helper),
      notes(helper),
    ]),
  };
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
mkdirSync(FOLDER, { recursive: true });
for (const page of [sectionPage(), programPage(), mapPage(), helperPage()]) {
  const path = join(FOLDER, page.file);
  const wanted = text(page);
  if (!values.check) {
    writeFileSync(path, wanted);
    process.stdout.write(`docs/reference/${page.file}: ${page.rows.length} rows\n`);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== wanted) {
    process.stderr.write(`docs/reference/${page.file} is stale: npm run docs\n`);
    process.exitCode = 1;
  }
}
