import { describe, expect, it } from 'vitest';
import { decode, encode, type Instruction, InvalidInstructionError } from '../../src/index.ts';
import { fromHex } from './hex.ts';

describe('decode', () => {
  const EXIT = '95 00 00 00 00 00 00 00';

  it.each<[string, string, Instruction]>([
    ['bf 21 00 00 00 00 00 00', 'bf 12 00 00 00 00 00 00', alu('mov', 1, 2)],
    [
      '79 a1 f8 ff 00 00 00 00',
      '79 1a ff f8 00 00 00 00',
      { kind: 'load', size: 8, signed: false, dst: 1, src: 10, offset: -8 },
    ],
    ['85 10 00 00 fe ff ff ff', '85 01 00 00 ff ff ff fe', { kind: 'call-local', offset: -2 }],
  ])('reads both byte orders: %s is %s', (little, big, instruction) => {
    expect(decode(fromHex(little)).instructions).toEqual([instruction]);
    expect(decode(fromHex(big), { endianness: 'big' }).instructions).toEqual([instruction]);
    expect(encode([instruction], 'little')).toEqual(fromHex(little));
    expect(encode([instruction], 'big')).toEqual(fromHex(big));
  });

  it('counts slots and instructions apart', () => {
    const stream = decode(
      fromHex(`18 01 00 00 88 77 66 55 00 00 00 00 44 33 22 11 ${EXIT} ${EXIT}`),
    );
    expect(stream.instructions[0]).toEqual({
      kind: 'lddw',
      source: 'imm64',
      dst: 1,
      imm: 0x55667788,
      nextImm: 0x11223344,
    });
    expect([...stream.slots]).toEqual([0, 2, 3]);
    expect([...stream.indexOfSlot]).toEqual([0, -1, 1, 2]);
  });

  it('takes unrelocated references', () => {
    const call = '85 10 00 00 ff ff ff ff';
    const map = '18 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00';
    expect(decode(fromHex(`${map} ${call} ${EXIT}`)).instructions).toHaveLength(3);
  });

  it.each([fromHex(EXIT), Buffer.from(fromHex(EXIT))])('does not alias its input', (bytes) => {
    const stream = decode(bytes);
    bytes.fill(0xff);
    expect(stream.bytes).toEqual(fromHex(EXIT));
  });

  it.each([
    ['ff 00 00 00 00 00 00 00', 0, 'unknown opcode 0xff'],
    ['00 00 00 00 00 00 00 00', 0, 'unknown opcode 0x00'],
    [`${EXIT} 8f 00 00 00 00 00 00 00`, 1, 'unknown opcode 0x8f'],
    ['99 21 00 00 00 00 00 00', 0, 'unknown opcode 0x99'],
    ['95 00 00 00 00 00 00', 0, '7 bytes are no whole number of 8-byte slots'],
    [`${EXIT} 95`, 1, '9 bytes are no whole number of 8-byte slots'],
    ['b7 0b 00 00 00 00 00 00', 0, 'opcode 0xb7: no such register r11'],
    ['bf f1 00 00 00 00 00 00', 0, 'opcode 0xbf: no such register r15'],
    ['b7 11 00 00 00 00 00 00', 0, 'opcode 0xb7: src 1 is not defined here'],
    ['b7 01 01 00 00 00 00 00', 0, 'opcode 0xb7: offset 1 is not defined here'],
    ['0f 21 00 00 05 00 00 00', 0, 'opcode 0x0f: imm 5 is not defined here'],
    ['37 01 02 00 05 00 00 00', 0, 'opcode 0x37: offset 2 is not defined here'],
    ['bc 21 20 00 00 00 00 00', 0, 'opcode 0xbc: offset 32 is not defined here'],
    ['87 01 00 00 01 00 00 00', 0, 'opcode 0x87: imm 1 is not defined here'],
    ['d4 01 00 00 11 00 00 00', 0, 'opcode 0xd4: imm 17 is not defined here'],
    ['61 21 00 00 01 00 00 00', 0, 'opcode 0x61: imm 1 is not defined here'],
    ['62 21 00 00 01 00 00 00', 0, 'opcode 0x62: src 2 is not defined here'],
    ['63 21 00 00 01 00 00 00', 0, 'opcode 0x63: imm 1 is not defined here'],
    ['db 21 00 00 02 00 00 00', 0, 'opcode 0xdb: imm 2 is not defined here'],
    ['db 21 00 00 e0 00 00 00', 0, 'opcode 0xdb: imm 224 is not defined here'],
    ['cb 21 00 00 01 00 00 00', 0, 'opcode 0xcb: imm 1 is not defined here'],
    ['20 01 00 00 01 00 00 00', 0, 'opcode 0x20: dst must be 0, is 1'],
    ['05 00 00 00 01 00 00 00', 0, 'opcode 0x05: imm 1 is not defined here'],
    ['06 00 01 00 01 00 00 00', 0, 'opcode 0x06: offset 1 is not defined here'],
    ['1d 21 00 00 01 00 00 00', 0, 'opcode 0x1d: imm 1 is not defined here'],
    ['e5 10 00 00 00 00 00 00', 0, 'opcode 0xe5: src 1 is not defined here'],
    ['85 30 00 00 01 00 00 00', 0, 'opcode 0x85: src 3 is not defined here'],
    ['85 00 01 00 01 00 00 00', 0, 'opcode 0x85: offset 1 is not defined here'],
    ['8d 02 00 00 01 00 00 00', 0, 'opcode 0x8d: imm 1 is not defined here'],
    ['95 00 00 00 01 00 00 00', 0, 'opcode 0x95: imm 1 is not defined here'],
    ['18 01 00 00 00 00 00 00', 0, 'lddw lacks its second slot'],
    ['18 71 00 00 00 00 00 00 00 00 00 00 00 00 00 00', 0, 'opcode 0x18: src 7 is not defined'],
    ['18 01 01 00 00 00 00 00 00 00 00 00 00 00 00 00', 0, 'opcode 0x18: offset 1 is not defined'],
    ['18 01 00 00 00 00 00 00 95 00 00 00 00 00 00 00', 1, 'second slot of lddw'],
    ['18 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00', 1, 'second slot of lddw'],
    ['18 01 00 00 00 00 00 00 00 00 01 00 00 00 00 00', 1, 'second slot of lddw'],
    ['18 11 00 00 00 00 00 00 00 00 00 00 01 00 00 00', 1, 'imm must be zero where src is 1'],
  ])('refuses %s: slot %i, %s', (hex, slot, reason) => {
    const error = catchError(() => decode(fromHex(hex), { program: 'xdp' }));
    expect(error).toBeInstanceOf(InvalidInstructionError);
    expect(error).toMatchObject({ slot, program: 'xdp', code: 'INVALID_INSTRUCTION' });
    expect((error as InvalidInstructionError).reason).toContain(reason);
  });
});

describe('encode', () => {
  it.each<[string, Instruction]>([
    ['dst register 11', { kind: 'neg', width: 64, dst: 11 }],
    ['src register -1', alu('add', 1, -1)],
    ['offset 32768', { kind: 'ja', wide: false, offset: 0x8000 }],
    ['imm 2147483648', { kind: 'call-helper', helper: 0x80000000 }],
    ['imm 0.5', { kind: 'call-helper', helper: 0.5 }],
    ['no such combination', { kind: 'movsx', width: 32, fromBits: 32, dst: 1, src: 2 }],
    ['second imm', { kind: 'lddw', source: 'map-fd', dst: 1, imm: 3, nextImm: 1 }],
  ])('refuses %s', (reason, instruction) => {
    const error = catchError(() => encode([{ kind: 'exit' }, instruction]));
    expect(error).toBeInstanceOf(InvalidInstructionError);
    expect(error).toMatchObject({ slot: 1 });
    expect((error as InvalidInstructionError).reason).toContain(reason);
  });

  it('holds a 32-bit gotol where goto stops at 16', () => {
    expect(encode([{ kind: 'ja', wide: true, offset: 0x8000 }])).toEqual(
      fromHex('06 00 00 00 00 80 00 00'),
    );
  });
});

function alu(op: 'mov' | 'add', dst: number, src: number): Instruction {
  return { kind: 'alu', op, width: 64, dst, source: { kind: 'reg', reg: src } };
}

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
