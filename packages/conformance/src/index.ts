export { type ConformanceTest, DataFileError, parseDataFile } from './data-file.ts';
export { type FunctionResult, runFunction } from './harness.ts';
export {
  type BackendResults,
  type ConformanceReport,
  runSuite,
  runTest,
  type TestResult,
} from './run-suite.ts';
export { OWN_VECTORS, readSuite } from './suite.ts';
export { formatReport } from './table.ts';
