/** All scenarios, in the order in which they are measured and shown. A new one is one more line. */
import { backlog } from './backlog.js';
import { churn } from './churn.js';
import { control } from './control.js';
import { echo } from './echo.js';
import { fanOut } from './fan-out.js';
import { handOff } from './hand-off.js';
import { idle } from './idle.js';
import { logging } from './logging.js';
import { race } from './race.js';
import type { Scenario } from './scenario.js';
import { slowClient } from './slow-client.js';
import { threadSweep } from './threads.js';
import { web } from './web.js';

export const scenarios: readonly Scenario[] = [
  control,
  echo,
  churn,
  slowClient,
  fanOut,
  web,
  handOff,
  idle,
  threadSweep,
  backlog,
  logging,
  race,
];
