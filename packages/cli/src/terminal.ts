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

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  err: (text) => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
  progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  },
  async readInput() {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8');
  },
};
