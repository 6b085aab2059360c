/** Where a command writes: results to stdout, all else to stderr. The one file that touches streams. */
export interface Terminal {
  /** A result. */
  out(text: string): void;
  /** Warnings, progress, errors. */
  err(text: string): void;
  /** One line that replaces itself while work goes on, on a terminal only; empty clears it. */
  progress(text: string): void;
  /** Everything on standard input. */
  readInput(): Promise<string>;
}

/** The streams of this process; to be called once. */
export function processTerminal(): Terminal {
  process.stdout.on('error', (error) => lostOutput(error));
  process.stderr.on('error', () => {});
  return {
    out: (text) => void process.stdout.write(printable(text)),
    err: (text) => void process.stderr.write(printable(text)),
    progress(text) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
    },
    async readInput() {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

/** A reader that has enough (`| head -1`) is no failure; a full disk is. */
function lostOutput(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') return;
  process.stderr.write(`anybpf: cannot write the result: ${error.message}\n`);
  process.once('exit', () => {
    process.exitCode = 2;
  });
}

/**
 * Text that ends in a newline, without what would steer a terminal: names and source lines come from
 * files of others. The escapes are those of JSON, so that documents stay what they are.
 */
export function printable(text: string): string {
  const line = text.endsWith('\n') ? text : `${text}\n`;
  return line.replace(
    CONTROL,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** C0 but tab and newline, DEL and C1. */
const CONTROL = /(?![\t\n])[\p{Cc}]/gu;
