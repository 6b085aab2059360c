import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatC, parseBtf } from '../../src/index.ts';
import { btfOf, clang, compile, layoutAsserts, NO_CLANG } from './clang.ts';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';
/** The kernel's header, and clang over it, take seconds. */
const SLOW = 60_000;

const header = (source: string): string => formatC(btfOf(source));

describe('C made from C', () => {
  test('keeps every size and offset of types that are hard to lay out', ({ skip }) => {
    if (clang === null) return skip(NO_CLANG);
    const btf = btfOf(readFileSync(new URL('layouts.c', import.meta.url), 'utf8'));
    const asserts = layoutAsserts(btf);
    expect(asserts.length).toBeGreaterThan(100);
    const text = formatC(btf);
    expect(
      compile(`${text}\n${asserts.join('\n')}\n`, ['-Wall', '-Wextra', '-Werror']).errors,
    ).toBe('');
    // The types of the copy, once more, must be the same text but for the order of definitions.
    const again = formatC(btfOf(`${text}\n${pointersTo(text)}`));
    expect(definitionsOf(again)).toEqual(
      expect.arrayContaining(definitionsOf(text).filter(isRecord)),
    );
  });

  test.for([
    [
      'struct s { unsigned a : 3; unsigned : 5; unsigned b : 4; } x;',
      'unsigned int a: 3;\n\tchar: 5;\n\tunsigned int b: 4;',
    ],
    ['struct s { char c; long l; } __attribute__((packed)) x;', '} __attribute__((packed));'],
    ['struct s { int (*f)(const char *, ...); } x;', 'int (*f)(const char *, ...);'],
    ['struct s { int (*a[3])[4]; } x;', 'int (*a[3])[4];'],
    ['struct s { const volatile int *const *p; } x;', '*const *p;'],
    ['struct s { int n; int items[]; } x;', 'int items[0];'],
    ['enum e { A = -1, B = 1 } x;', 'enum e {\n\tA = -1,\n\tB = 1,\n};'],
    ['enum e { A = 1ull << 40 } x;', 'A = 1099511627776ULL,\n} __attribute__((mode(DI)));'],
    ['enum e { A } __attribute__((packed)) x;', '} __attribute__((mode(QI)));'],
    ['struct s { struct t *p; } x;', 'struct t;\n\nstruct s {\n\tstruct t *p;\n};'],
    ['struct s { struct s *next; } x;', 'apply_to = record)\n#endif\n\nstruct s {'],
    [
      'typedef struct s s_t; struct s { s_t *p; } x;',
      'struct s;\n\ntypedef struct s s_t;\n\nstruct s {\n\ts_t *p;',
    ],
    [
      'struct s { int __attribute__((btf_type_tag("user"))) *p; } x;',
      'int __attribute__((btf_type_tag("user"))) *p;',
    ],
  ])('%s', ([source = '', expected], { skip }) => {
    if (clang === null) return skip(NO_CLANG);
    expect(header(source)).toContain(expected);
  });
});

test('the header of the running kernel compiles, and has its sizes and offsets', {
  timeout: SLOW,
}, ({ skip }) => {
  if (clang === null) return skip(NO_CLANG);
  if (!existsSync(KERNEL_BTF)) return skip(`there is no ${KERNEL_BTF}`);
  const btf = parseBtf(readFileSync(KERNEL_BTF));
  const asserts = layoutAsserts(btf);
  expect(asserts.length).toBeGreaterThan(10_000);
  expect(compile(`${formatC(btf)}\n${asserts.join('\n')}\n`).errors).toBe('');
});

/** A variable per record, so that the compiler keeps it in its BTF. */
function pointersTo(text: string): string {
  return [...text.matchAll(/^((?:struct|union|enum) (\w+)) \{/gm)]
    .map(([, type, name]) => `${type} kept_${name};`)
    .join('\n');
}

function definitionsOf(text: string): readonly string[] {
  return text.split('\n\n').map((definition) => definition.trim());
}

function isRecord(definition: string): boolean {
  return /^(?:struct|union) \w+ \{/.test(definition);
}
