export { createLinuxBackend } from './backend.ts';
export {
  KernelRefusedError,
  LibbpfTooOldError,
  NetworkNamespaceError,
  VerifierRejectionError,
} from './errors.ts';
export { kernelBtf } from './kernel-btf.ts';
