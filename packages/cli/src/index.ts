/** The public API of every package in one import; see the packages for the documentation. */
export * from '@anybpf/backend-linux';
export * from '@anybpf/bytecode';
export * from '@anybpf/conformance';
export * from '@anybpf/runtime';
