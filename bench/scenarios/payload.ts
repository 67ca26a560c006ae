/** Messages from one byte to a megabyte: where the model stops to matter. */
import type { Measure } from '../analysis/experiment.js';
import { CLOSED_LOOP, requestsPerSecond } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
import { closedLoop } from './closed-loop.js';
import type { Case, Scenario } from './scenario.js';

const SIZES = [1, 1024, 16_384, 131_072, 1_048_576];
const CLIENTS = 16;

const bytesPerSecond: Measure = {
  name: 'bytesPerSecond',
  label: 'MB/s',
  better: 'higher',
  format: (value) => (value / 1e6).toFixed(value < 1e7 ? 2 : 0),
  of: ({ values }) => values['bytesPerSecond'],
};

export const payload: Scenario = {
  name: 'payload',
  partOf: 'full',
  question: 'How does the throughput grow with the size of a message?',
  prediction:
    'Small messages cost what a request costs, whatever their size: ten times the bytes are ten times the throughput. ' +
    'Large ones cost what copying costs, in the kernel and in the server, and the generator has to compare each byte ' +
    'as well: the curves flatten, and the models come together.',
  lookAt: 'MB/s that are echoed; from which size on it no longer grows, and who limits then.',
  axis: { label: 'bytes', scale: 'log' },
  measures: [bytesPerSecond, ...CLOSED_LOOP],
  plots: [
    {
      name: 'throughput',
      title: 'Echo: throughput by the size of a message',
      measure: bytesPerSecond,
      scale: 'log',
      label: 'MB/s',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    return { cases: await bench.compare(SIZES.map(echoOf), bench.contenders('echo')), remarks: [] };
  },
  seen: ({ cases }, margins) => joined(...cases.map((one) => comparedWith(one, requestsPerSecond, margins))),
};

function echoOf(messageBytes: number): Case {
  const size = sizeOf(messageBytes);
  const loop = closedLoop({
    name: size,
    title: `payload: 16 clients, messages of ${size}`,
    x: messageBytes,
    pattern: 'echo',
    clients: CLIENTS,
    messageBytes,
    // Of a megabyte, some hundreds a second are echoed: too few for a p99 of a short window.
    ...(messageBytes > 2 ** 17 ? { leastMs: 400 } : {}),
  });
  return {
    ...loop,
    async load(...given) {
      const measured = await loop.load(...given);
      const bytes = (measured.values['requestsPerSecond'] ?? 0) * messageBytes;
      return { ...measured, values: { ...measured.values, bytesPerSecond: bytes } };
    },
  };
}

function sizeOf(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  if (bytes >= 2 ** 10) return `${bytes / 2 ** 10} KiB`;
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
