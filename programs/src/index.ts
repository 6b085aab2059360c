export { type BackendPool, POOLS, RING_SIZE, ringEntries } from './load-balancer-ring.ts';
export { MaglevRingError, maglevRing } from './maglev.ts';
export { type MapEntry, MapEntryError, parseMapEntries } from './map-entry.ts';
export { createFixture, type FixtureOptions, type ProgramFixture } from './program-fixture.ts';
export { programFixture, programs } from './programs.ts';
