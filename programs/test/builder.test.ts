import {
  type LinkedObject,
  mapSpec,
  mem,
  program,
  r0,
  r1,
  r2,
  r3,
  r6,
  r10,
  trustWithoutVerification,
} from '@anybpf/bytecode';
import { describe, expect, test } from 'vitest';
import { backends } from './backends.ts';

const XDP_DROP = 1;
const XDP_PASS = 2;
const ETHERTYPE = 12;

/** Counts packets by whether they are IPv4, and drops what is not; a function of its own counts. */
function counting(): LinkedObject {
  const counts = mapSpec({
    name: 'counts',
    type: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: 2,
  });
  return (
    program('xdp', { name: 'counting' })
      .mov(r6, XDP_DROP)
      .load(r2, mem(r1, 0), 4)
      .load(r3, mem(r1, 4), 4)
      .mov(r1, r2)
      .add(r1, ETHERTYPE + 2)
      .jgt(r1, r3, 'out')
      .load(r1, mem(r2, ETHERTYPE), 2)
      .endian('be', r1, 16)
      .jne32(r1, 0x0800, 'out')
      .mov(r6, XDP_PASS)
      .label('out')
      .mov(r1, r6)
      .callLocal('count')
      .mov(r0, r6)
      .exit()
      // int count(int verdict)
      .label('count')
      .sub32(r1, XDP_DROP)
      .store(mem(r10, -4), r1, 4)
      .mov(r2, r10)
      .add(r2, -4)
      .loadMap(r1, counts)
      .call('map_lookup_elem')
      .jeq(r0, 0, 'none')
      .mov(r1, 1)
      .atomic('add', mem(r0), r1, 8)
      .label('none')
      .mov(r0, 0)
      .exit()
      .build()
  );
}

function packet(type: number): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint16(ETHERTYPE, type);
  return bytes;
}

describe.each(backends)('a program from the builder, $name', (backend) => {
  test('runs', async (context) => {
    const status = await backend.probe();
    if (!status.available) context.skip(`backend ${backend.name}: ${status.reason}`);
    const object = trustWithoutVerification(counting(), 'test of the builder');
    await using loaded = await backend.load(object);
    const subject = loaded.programs.get('counting');
    const verdicts = [0x0800, 0x0806, 0x0800].map(
      (type) => subject?.run({ packet: packet(type) }).verdict,
    );
    expect(verdicts).toEqual([XDP_PASS, XDP_DROP, XDP_PASS]);
    const count = (index: number) => {
      const value = loaded.maps.get('counts')?.get(Uint8Array.of(index, 0, 0, 0));
      return value?.[0];
    };
    expect([count(0), count(1)]).toEqual([1, 2]);
  });
});
