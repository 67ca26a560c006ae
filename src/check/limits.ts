/**
 * Limits on untrusted programs: the submissions of a class. Main thread of `handoff check`. Read
 * class.ts next.
 *
 * Memory, processor time and the size of files are limits of the shell (setrlimit). The network and
 * the processes are apart in namespaces of Linux, which unshare(1) makes. Files are not protected.
 */
import { spawnSync } from 'node:child_process';

interface Limits {
  /** Of each process's address space; 0: none. Node reserves more than it uses: 0 for Node. */
  readonly memoryMb: number;
  /** Processor time of each process, in seconds. */
  readonly cpuSeconds: number;
}

const MOST_FILE_KB = 64 * 1024;
const MOST_DESCRIPTORS = 512;
/** Counts in the namespace only, and never for root. */
const MOST_PROCESSES = 512;
const PROBE_MS = 5000;

/** @returns the command under these limits, in the place of the shell that sets them */
export function limited(command: readonly string[], { memoryMb, cpuSeconds }: Limits): string[] {
  const limits = [
    // In 512-byte blocks by POSIX; dash and bash take 1,024.
    `ulimit -f ${MOST_FILE_KB}`,
    `ulimit -n ${MOST_DESCRIPTORS}`,
    `ulimit -t ${cpuSeconds}`,
    ...(memoryMb > 0 ? [`ulimit -v ${memoryMb * 1024}`] : []),
  ];
  return ['sh', '-c', `${limits.join(' && ')} && exec "$@"`, 'sh', ...command];
}

/** Of its own: users, network with loopback only, processes, mounts for their /proc. */
const UNSHARE = ['unshare', '-rnpfm', '--kill-child', '--mount-proc'];
const WITH_LOOPBACK = [
  'sh',
  '-c',
  `ulimit -u ${MOST_PROCESSES} 2>/dev/null; ip link set lo up && exec "$@"`,
  'sh',
];

/**
 * The words in front of a command that isolate it: it has no network but loopback, and its
 * processes end with it.
 * @returns undefined where the kernel or the tools do not allow that
 */
export function isolation(): readonly string[] | undefined {
  const words = [...UNSHARE, ...WITH_LOOPBACK];
  const [program = '', ...args] = words;
  const { status } = spawnSync(program, [...args, 'true'], { timeout: PROBE_MS, stdio: 'ignore' });
  return status === 0 ? words : undefined;
}
