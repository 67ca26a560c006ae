/**
 * The measured window: what the server, the generator and the rest of the machine used while work was done.
 *
 * Runs in the generator's process around the middle of a job; see phases.ts and burst.ts.
 */
import { machineCpuMs, sampleProcess } from '../../lib/process-stats.js';
import type { Usage } from '../protocol/answers.js';

export function measureUsage(serverPid: number | undefined, work: () => void): Usage {
  const machineBeforeMs = machineCpuMs();
  const serverBefore = serverPid === undefined ? undefined : sampleProcess(serverPid);
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  work();
  const windowMs = performance.now() - startMs;
  const cpu = process.cpuUsage(cpuBefore);
  const server = serverPid === undefined ? undefined : sampleProcess(serverPid);
  const machineAfterMs = machineCpuMs();
  const generatorMs = (cpu.user + cpu.system) / 1e3;
  const ownSide = { seconds: windowMs / 1e3, generatorCpuShare: generatorMs / windowMs };
  if (server === undefined || serverBefore === undefined) return ownSide;
  const serverMs = server.cpuMs - serverBefore.cpuMs;
  const measured = { ...ownSide, server, serverCpuShare: serverMs / windowMs };
  if (machineBeforeMs === undefined || machineAfterMs === undefined) return measured;
  const othersMs = machineAfterMs - machineBeforeMs - serverMs - generatorMs;
  return { ...measured, othersCpuShare: Math.max(0, othersMs / windowMs) };
}
