/**
 * The contenders of the experiment hand-off: every way of every model that hands clients to threads,
 * the event loop, which hands over none, and what others do instead. A way that this Node or system
 * lacks is a contender that says what it needs.
 */
import { join } from 'node:path';
import { handOffs, handOffsOf } from '../../../src/serving/hand-off.js';
import { models, variant } from '../../contenders/models.js';
import { peers } from '../../contenders/peers.js';
import type { Contender } from '../../contenders/contender.js';
import type { ModelName } from '../../../src/serving/host.js';
import type { Bench } from '../scenario.js';

/** Without a hand-off: what all others are divided by. */
export const BASELINE = 'event-loop';

const PEERS = [
  ...['bare-net', 'node-cluster', 'scm-rights', 'message-port-proxy'],
  ...['c-pthread', 'c-prethreaded', 'c-queue'],
];

export interface Way extends Contender {
  /** The path of its admin socket, whose snapshots have the stages; only of models with a hand-off. */
  readonly admin?: string;
}

/**
 * The contenders that take part in this run.
 * @param directory for their admin sockets
 */
export function waysOf(bench: Bench, directory: string): Way[] {
  return [
    ...models().flatMap((model) => waysOfModel(model.name as ModelName, directory)),
    ...models().filter(({ name }) => name === BASELINE),
    ...peers().filter(({ name }) => PEERS.includes(name)),
  ].filter((contender) => bench.takesPart(contender));
}

/** A model's default way has the model's own name, so that runs of any time can be compared. */
function waysOfModel(model: ModelName, directory: string): Way[] {
  return handOffsOf(model).map((way, place) => {
    const name = place === 0 ? model : `${model}, ${way}`;
    const admin = join(directory, `${model}-${way}.sock`);
    const contender = variant(model, name, ['--handoff', way, '--admin', admin]);
    const lacking = handOffs[way].lacking();
    return {
      ...contender,
      ...(place === 0 && { kind: 'model' as const }),
      admin,
      unavailable: () => (lacking === undefined ? undefined : `it needs ${lacking}`),
      start: async (needs) => ({ ...(await contender.start(needs)), name }),
    };
  });
}
