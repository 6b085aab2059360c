import { createLinuxBackend } from '../src/index.ts';

process.stdout.write(JSON.stringify(await createLinuxBackend().probe()));
