import { mapSpec } from '@anybpf/bytecode';
import { packetBatch } from '@anybpf/runtime';
import { expect, it } from 'vitest';
import { describeLinux, link, load, only, u32 } from './support.ts';

const BPF_MAP_LOOKUP_ELEM = 1;

/** What a run may do to its packet before the next one comes; each returns through `exit`. */
const changes: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['20 bytes in front', 'r1 = r6\nr2 = -20\ncall 44'],
  ['14 bytes off the front', 'r1 = r6\nr2 = 14\ncall 44'],
  ['a tail cut to the bone', 'r1 = r6\nr2 = -46\ncall 65'],
  ['a longer tail', 'r1 = r6\nr2 = 200\ncall 65'],
  ['front off, tail cut', 'r1 = r6\nr2 = 20\ncall 44\nr1 = r6\nr2 = -20\ncall 65'],
  ['front on, tail cut to the bone', 'r1 = r6\nr2 = -100\ncall 44\nr1 = r6\nr2 = -150\ncall 65'],
  ['metadata', 'r1 = r6\nr2 = -16\ncall 54'],
  ['metadata and a longer front', 'r1 = r6\nr2 = -16\ncall 54\nr1 = r6\nr2 = -40\ncall 44'],
];

/**
 * Counts runs by what they find: index 0 a fresh packet (byte 0 says the length and the last byte is
 * 0xee, no metadata), index 1 anything else. Then it spoils first byte and geometry.
 */
const checking = (change: string): string => `
  r6 = r1
  r7 = 1
  r2 = *(u32 *)(r6 + 0)
  r3 = *(u32 *)(r6 + 4)
  r4 = *(u32 *)(r6 + 8)
  if r4 != r2 goto count
  r4 = r2
  r4 += 14
  if r4 > r3 goto count
  r5 = r3
  r5 -= r2
  r4 = *(u8 *)(r2 + 0)
  r1 = 0
  *(u8 *)(r2 + 0) = r1
  if r4 != r5 goto count
  r4 += -1
  r4 &= 255
  r1 = r2
  r1 += r4
  r5 = r1
  r5 += 1
  if r5 > r3 goto count
  r4 = *(u8 *)(r1 + 0)
  r5 = 1
  *(u8 *)(r1 + 0) = r5
  if r4 != 0xee goto count
  r7 = 0
count:
  *(u32 *)(r10 - 4) = r7
  r1 = map_by_idx(0x0)
  r2 = r10
  r2 += -4
  call ${BPF_MAP_LOOKUP_ELEM}
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
out:
  ${change}
  r0 = r7
  exit`;

describeLinux('feeding packets to XDP programs', () => {
  const sizes = [64, 60, 200, 65, 255, 64];
  const packets = packetBatch(
    sizes.map((size) => {
      const packet = new Uint8Array(size).fill(7);
      packet[0] = size;
      packet[size - 1] = 0xee;
      return packet;
    }),
  );

  it.each(changes)(
    'every run meets the packet as the batch has it, after %s',
    async (_, change) => {
      const counts = mapSpec({ name: 'n', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2 });
      const object = await load(link(checking(change), { maps: [counts] }));
      const result = only(object.programs).runBatch(packets, { repeat: 50 });
      expect([...result.verdicts]).toEqual(sizes.map(() => 0));
      const [fresh, stale] = [0, 1].map((index) => {
        const value = only(object.maps).get(u32(index));
        return Number(new DataView(value?.buffer ?? new ArrayBuffer(8)).getBigUint64(0, true));
      });
      expect({ fresh, stale }).toEqual({ fresh: 50 * sizes.length, stale: 0 });
      expect(result.note).toMatch(/feeding the packet/);
    },
  );
});
