import { POOLS, ringEntries } from './load-balancer-ring.ts';
import { createFixture, type ProgramFixture } from './program-fixture.ts';

/** The ten programs, the simplest first. */
export const programs: readonly ProgramFixture[] = [
  createFixture({
    name: 'drop',
    program: 'drop',
    description: 'drops everything',
  }),
  createFixture({
    name: 'pass',
    program: 'pass',
    description: 'passes everything',
  }),
  createFixture({
    name: 'parse-count',
    program: 'parse_count',
    description: 'counts packets and bytes per protocol',
  }),
  createFixture({
    name: 'firewall',
    program: 'firewall',
    description: '5-tuple hash of rules with an action and counters',
  }),
  createFixture({
    name: 'router',
    program: 'router',
    description: 'longest prefix match, next hop, TTL',
  }),
  createFixture({
    name: 'ddos',
    program: 'ddos',
    description: 'block list of prefixes, token bucket per source',
  }),
  createFixture({
    name: 'load-balancer',
    program: 'load_balancer',
    description: 'Maglev ring, IP-in-IP encapsulation',
    computed: () => POOLS.flatMap(ringEntries),
  }),
  createFixture({
    name: 'csum',
    program: 'csum',
    description: 'verifies IP and transport checksums over the payload',
  }),
  createFixture({
    name: 'sampler',
    program: 'sampler',
    description: 'one packet in N to a ring buffer',
  }),
  createFixture({
    name: 'pipeline',
    program: 'pipeline',
    description: 'three stages by tail call, packet metadata, a bpf2bpf call',
  }),
];

/** The fixture of that name (`load-balancer`); undefined where there is none. */
export function programFixture(name: string): ProgramFixture | undefined {
  return programs.find((fixture) => fixture.name === name);
}
