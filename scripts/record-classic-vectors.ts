// Records the vectors of classic BPF from tcpdump: for each expression its program and listing
// (packages/bytecode/test/classic/vectors), and the packets that tcpdump lets through
// (packages/conformance/test/classic/accepted.txt).
//
//     node scripts/record-classic-vectors.ts
//
// Needs tcpdump, and `npm run build` before. Recorded with tcpdump 4.99.3, libpcap 1.10.3.
import { writeFileSync } from 'node:fs';
import { EXPRESSIONS } from '../packages/conformance/test/classic/expressions.ts';
import { PACKETS } from '../packages/conformance/test/classic/packets.ts';
import { PacketFile, tcpdump } from '../packages/conformance/test/classic/tcpdump.ts';
import { ACCEPTED, toBitmap, VECTORS } from '../packages/conformance/test/classic/vectors.ts';

using file = new PacketFile(PACKETS);
const [version = ''] = tcpdump('--version').toString().split('\n');
const lines = [
  `# What ${version} accepts of the packets of packets.ts: NAME, then bit i % 8 of byte i / 8, base64.`,
];
for (const [name, expression] of EXPRESSIONS) {
  const compile = (form: string): string =>
    tcpdump('-s', '262144', '-y', 'EN10MB', form, expression).toString();
  const text = `-- expression\n${expression}\n-- ddd\n${compile('-ddd')}-- d\n${compile('-d')}`;
  writeFileSync(new URL(`${name}.txt`, VECTORS), text);
  const accepted = file.accepted(expression);
  process.stdout.write(`${name}: ${accepted.size} of ${PACKETS.length}\n`);
  lines.push(`${name} ${toBitmap(accepted, PACKETS.length)}`);
}
writeFileSync(ACCEPTED, `${lines.join('\n')}\n`);
