export { createLinuxBackend } from './backend.ts';
export { KernelRefusedError, LibbpfTooOldError, VerifierRejectionError } from './errors.ts';
