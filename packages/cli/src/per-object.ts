import { AnyBpfError } from '@anybpf/bytecode';
import type { ExitStatus, Request } from './command.ts';
import { errorDocument } from './failure.ts';
import { inFile, objectFiles, readBytes } from './files.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs a report over OBJ: one object gives one document; a directory gives `{ objects: [...] }`, where
 * an object that cannot be read holds its error and does not stop the others.
 *
 * @param describe the JSON document of one object, without `object`
 * @param format the same for people
 */
export async function reportPerObject<Document extends object>(
  { positionals: [path = ''], json }: Request,
  terminal: Terminal,
  describe: (bytes: Uint8Array) => Document,
  format: (path: string, document: Document) => string,
): Promise<ExitStatus> {
  const { directory, files } = await objectFiles(path);
  const documents: object[] = [];
  let status: ExitStatus = 0;
  for (const file of files) {
    try {
      const bytes = await readBytes(file);
      const document = inFile(file, () => describe(bytes));
      if (json) documents.push({ object: file, ...document });
      else terminal.out(format(file, document));
    } catch (error) {
      if (!directory || !(error instanceof AnyBpfError)) throw error;
      status = 2;
      if (json) documents.push({ object: file, ...errorDocument(error) });
      else terminal.err(error.message);
    }
  }
  if (json) {
    const document = directory ? { objects: documents } : documents[0];
    terminal.out(JSON.stringify(document, null, 2));
  }
  return status;
}
