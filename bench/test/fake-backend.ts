import type { VerifiedObject } from '@anybpf/bytecode';
import type {
  Backend,
  BackendStatus,
  BatchResult,
  BpfMap,
  Cost,
  LoadedObject,
  PacketBatch,
  Program,
} from '@anybpf/runtime';

/** What the fake backend does, told as data. */
export interface FakeOptions {
  readonly name: string;
  /** Cost per packet run of call number `call` of the loaded object, counted from 0. */
  readonly cost: (program: string, call: number) => number;
  readonly unit?: Cost['unit'];
  readonly status?: BackendStatus;
  /** Verdict of every packet. Default 2. */
  readonly verdict?: number;
  readonly note?: string;
  /** Throw when this program is loaded. */
  readonly refuses?: string;
  readonly maps?: ReadonlyMap<string, BpfMap>;
  /** Every batch run of every fake that shares it, in order. */
  readonly log?: { backend: string; program: string; batch: PacketBatch; repeat: number }[];
  /** Loaded objects that are not closed yet. */
  readonly open?: Set<string>;
}

/** A backend with known costs, which takes no time to speak of. */
export function fakeBackend(options: FakeOptions): Backend {
  const { name, status = { available: true, version: '1.0' } } = options;
  return {
    name,
    variants: [],
    capabilities: { programTypes: new Set(), mapTypes: new Set(), helpers: new Set() },
    probe: () => Promise.resolve(status),
    load: (object) => Promise.resolve().then(() => fakeObject(object, options)),
  };
}

function fakeObject(object: VerifiedObject, options: FakeOptions): LoadedObject {
  const programs = new Map<string, Program>();
  for (const linked of object.linked.programs) {
    const { name } = linked;
    if (name === options.refuses) throw new Error(`${name} is refused`);
    let call = 0;
    programs.set(name, {
      name,
      type: 'xdp',
      linked,
      run: () => {
        throw new Error('not under test');
      },
      runBatch: (batch, { repeat = 1 } = {}): BatchResult => {
        options.log?.push({ backend: options.name, program: name, batch, repeat });
        const runs = batch.count * repeat;
        const value = runs * options.cost(name, call++);
        return {
          verdicts: new Uint32Array(batch.count).fill(options.verdict ?? 2),
          runs,
          cost: { unit: options.unit ?? 'ns', value },
          ...(options.note === undefined ? {} : { note: options.note }),
        };
      },
    });
  }
  const token = `${options.name}:${[...programs.keys()].join()}`;
  options.open?.add(token);
  const close = (): Promise<void> => {
    options.open?.delete(token);
    return Promise.resolve();
  };
  return { programs, maps: options.maps ?? new Map(), close, [Symbol.asyncDispose]: close };
}
