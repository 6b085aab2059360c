/**
 * How fast BTF opens, beside bpftool on the same file: `node bench/btf.mjs [ROUNDS] [FILE]` after a
 * build. Each round starts two processes in turn, one of anybpf and one of bpftool, so that both meet
 * the same machine. Milliseconds, median and quartiles; the last line is a ratio within each round.
 * `process` is from start to end of a process, the others are within it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseBtf } from '@anybpf/bytecode';

const [, script, rounds = '15', file = '/sys/kernel/btf/vmlinux'] = process.argv;

/** Cold code, as a command meets it: the first look-up indexes the names, eight others follow it. */
function measure() {
  const bytes = readFileSync(file);
  const timed = (work) => {
    const start = performance.now();
    const result = work();
    return [performance.now() - start, result];
  };
  const [index, btf] = timed(() => parseBtf(bytes));
  const [firstLookUp] = timed(() => btf.findByName('task_struct', 'struct')?.type.members.length);
  const others = ['sk_buff', 'net_device', 'sock', 'file', 'inode', 'dentry', 'page', 'bpf_prog'];
  const times = others.map((name) => timed(() => btf.findByName(name, 'struct')?.type.members)[0]);
  times.sort((a, b) => a - b);
  return {
    index,
    firstLookUp,
    indexAndFirst: index + firstLookUp,
    nextLookUp: times[times.length >> 1],
    slowestLookUp: times.at(-1),
  };
}

function compare() {
  const samples = {};
  const add = (name, value) => {
    samples[name] ??= [];
    samples[name].push(value);
  };
  const run = (name, command, args) => {
    const start = performance.now();
    const out = execFileSync(command, args, { maxBuffer: 1 << 28 });
    add(name, performance.now() - start);
    return out;
  };
  for (let round = 0; round < Number(rounds); round++) {
    const child = [fileURLToPath(import.meta.url), 'sample', file];
    const own = JSON.parse(run('anybpf process', process.execPath, child));
    for (const [name, value] of Object.entries(own)) add(`anybpf ${name}`, value);
    run('bpftool process, format raw', 'bpftool', ['btf', 'dump', 'file', file, 'format', 'raw']);
  }
  const ratio = samples['bpftool process, format raw'].map(
    (time, round) => time / samples['anybpf indexAndFirst'][round],
  );
  samples['bpftool / indexAndFirst'] = ratio;
  const lines = Object.entries(samples).map(([name, values]) => {
    const at = (share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) => at(share).toFixed(3));
    return `${name.padEnd(30)} ${median.padStart(10)}   ${low} .. ${high}   n=${values.length}`;
  });
  process.stdout.write(`${process.version}, ${readFileSync(file).length} bytes of BTF\n`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (rounds === 'sample') process.stdout.write(JSON.stringify(measure()));
else if (script !== undefined) compare();
