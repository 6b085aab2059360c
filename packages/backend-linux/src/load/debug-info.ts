import type { LinkedProgram } from '@anybpf/bytecode';
import { FUNCTION_INFO_SIZE, LINE_INFO_SIZE } from '../options.ts';

/** struct bpf_func_info for each function of the stream; null unless BTF knows all of them. */
export function functionInfo(program: LinkedProgram): Uint8Array | null {
  const { functions } = program;
  if (functions.some(({ btfId }) => btfId === null)) return null;
  const bytes = new Uint8Array(functions.length * FUNCTION_INFO_SIZE);
  const view = new DataView(bytes.buffer);
  functions.forEach(({ slot, btfId }, i) => {
    view.setUint32(i * FUNCTION_INFO_SIZE, slot, true);
    view.setUint32(i * FUNCTION_INFO_SIZE + 4, btfId ?? 0, true);
  });
  return bytes;
}

/** struct bpf_line_info: slot, file and text in the BTF strings, line << 10 | column. */
export function lineInfo(program: LinkedProgram): Uint8Array {
  const bytes = new Uint8Array(program.lines.length * LINE_INFO_SIZE);
  const view = new DataView(bytes.buffer);
  program.lines.forEach(({ slot, fileOffset, textOffset, line, column }, i) => {
    const at = i * LINE_INFO_SIZE;
    view.setUint32(at, slot, true);
    view.setUint32(at + 4, fileOffset, true);
    view.setUint32(at + 8, textOffset, true);
    view.setUint32(at + 12, ((line << 10) | (column & 0x3ff)) >>> 0, true);
  });
  return bytes;
}
