export { type Machine, thisMachine } from './machine.ts';
export { formatText } from './output/text.ts';
export { writeReport } from './output/write-report.ts';
export { programWorkloads, sharedBatch } from './program-workloads.ts';
export {
  type AbsentBackend,
  type BenchMethod,
  type BenchRatio,
  type BenchReport,
  type BenchResult,
  failedWorkloads,
  type Spread,
} from './report.ts';
export { type BenchOptions, type BenchProgress, runBench } from './run-bench.ts';
export { harnessWorkloads, type Workload } from './workload.ts';
