/**
 * Payload: messages from one byte to one megabyte, and the size at which the models no longer
 * differ.
 */
import { CLOSED_LOOP, requestsPerSecond, valueOf } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { TEXT_SERVICES, type TextService } from '../contenders/contender.js';
import { closedLoop } from './closed-loop.js';
import type { Case, Scenario } from './scenario.js';

const SIZES = [1, 1024, 16_384, 131_072, 1_048_576];
const CLIENTS = 16;

const bytesPerSecond = valueOf('bytesPerSecond', {
  label: 'MB/s',
  better: 'higher',
  format: (value) => (value / 1e6).toFixed(value < 1e7 ? 2 : 0),
});

export const payload: Scenario = {
  name: 'payload',
  partOf: 'full',
  serverServices: TEXT_SERVICES,
  question: 'How does the throughput grow with the size of a message?',
  prediction:
    'A small message costs as much as a request, whatever its size, so ten times the bytes give ten times the ' +
    'throughput. A large message costs its copies in the kernel and the server, and the generator compares each ' +
    'byte. The curves flatten, and the models come closer together.',
  lookAt:
    'MB/s echoed, the size from which they no longer grow, and whether server or generator is the limit there.',
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
    const { textService } = bench;
    const cases = SIZES.map((messageBytes) => textOf(messageBytes, textService));
    return { cases: await bench.compare(cases, bench.contenders(textService)), remarks: [] };
  },
  seen: comparing(requestsPerSecond),
};

function textOf(messageBytes: number, textService: TextService): Case {
  const size = sizeOf(messageBytes);
  const loop = closedLoop({
    name: size,
    title: `payload: 16 clients, messages of ${size}`,
    x: messageBytes,
    pattern: 'echo',
    textService,
    clients: CLIENTS,
    messageBytes,
    // Some hundred megabytes are echoed per second: too few for a p99 of a short window.
    ...(messageBytes > 2 ** 17 ? { minWindowMs: 400 } : {}),
  });
  return {
    ...loop,
    async load(...given) {
      const measured = await loop.load(...given);
      const bytes = (measured.values.requestsPerSecond ?? 0) * messageBytes;
      return { ...measured, values: { ...measured.values, bytesPerSecond: bytes } };
    },
  };
}

function sizeOf(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  if (bytes >= 2 ** 10) return `${bytes / 2 ** 10} KiB`;
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
