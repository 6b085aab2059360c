import type { HelperFunction } from './bound-helper.ts';

/** The process that a test run belongs to: what getpid() could give, run by root. */
const PROCESS = 1000;
const NAME = 'anybpf';
/** Id of the root cgroup. */
const ROOT_CGROUP = 1;

const pidTgid: HelperFunction = (machine) => {
  machine.setResultWords(PROCESS, PROCESS);
  return null;
};

/** Fills the whole buffer, NUL-terminated (strscpy_pad). */
const comm: HelperFunction = ({ args }) => {
  const bytes = args.bytes[1] as Uint8Array;
  const at = args.at[1] as number;
  const size = args.sizes[1] as number;
  for (let i = 0; i < size; i++) {
    bytes[at + i] = i < size - 1 && i < NAME.length ? NAME.charCodeAt(i) : 0;
  }
  return 0;
};

/** What the kernel says about CPU, task and chance. */
export const taskHelpers: Readonly<Record<string, HelperFunction>> = {
  get_prandom_u32: (machine) => machine.environment.random(),
  get_smp_processor_id: (machine) => machine.environment.cpu,
  get_numa_node_id: () => 0,
  get_current_pid_tgid: pidTgid,
  get_current_uid_gid: () => 0,
  get_current_comm: comm,
  get_current_cgroup_id: () => ROOT_CGROUP,
  get_cgroup_classid: () => 0,
  get_route_realm: () => 0,
};
