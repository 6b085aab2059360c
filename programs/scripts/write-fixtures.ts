// Writes packets.pcap and maps.json of every program from scripts/fixtures. Needs the packages built:
//     npm run build && npm run fixtures -w programs
import { writeFileSync } from 'node:fs';
import { mapFile, packetFile } from './fixture-files.ts';
import { fixtureSources } from './fixtures/index.ts';

for (const source of fixtureSources) {
  const folder = new URL(`../${source.name}/`, import.meta.url);
  writeFileSync(new URL('packets.pcap', folder), packetFile(source));
  writeFileSync(new URL('maps.json', folder), mapFile(source));
  process.stdout.write(
    `${source.name}: ${source.packets.length} packets, ${source.maps.length} entries\n`,
  );
}
