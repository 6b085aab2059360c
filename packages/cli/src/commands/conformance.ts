import { formatReport, OWN_VECTORS, readSuite, runSuite } from '@anybpf/conformance';
import { backendsFor } from '../backends.ts';
import { type Command, UsageError, usageOf } from '../command.ts';
import { FileError } from '../failure.ts';

export const conformance: Command = {
  name: 'conformance',
  synopsis: '[--backend B]... [--suite DIR]',
  summary: 'the suite over backends; without --suite the own vectors, one or more per opcode',
  options: { backend: { type: 'string', multiple: true }, suite: { type: 'string' } },
  positionals: [0, 0],
  async run(request, terminal) {
    const backends = await backendsFor(request.list('backend'));
    const folder = request.text('suite') ?? OWN_VECTORS;
    const tests = await readSuite(folder).catch((error: unknown) => {
      if (error instanceof Error && 'errno' in error) throw new FileError(folder, 'read', error);
      throw error;
    });
    if (tests.length === 0) {
      throw new UsageError(`there is no .data file below ${folder}`, usageOf(this));
    }
    const report = await runSuite(request.text('suite') ?? 'own', tests, backends);
    terminal.out(request.json ? JSON.stringify(report, null, 2) : formatReport(report));
    const failed = Object.values(report.backends).some((backend) => backend.failed > 0);
    return failed ? 1 : 0;
  },
};
