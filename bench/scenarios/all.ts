/** All scenarios, in the order of measuring and of the report. */
import { backlog } from './backlog.js';
import { burst } from './burst.js';
import { churn } from './churn.js';
import { control } from './control.js';
import { cpuBound } from './cpu-bound.js';
import { echo } from './echo.js';
import { fanOut } from './fan-out.js';
import { generator } from './generator.js';
import { handOff } from './hand-off.js';
import { idle } from './idle.js';
import { ioWait } from './io-wait.js';
import { logging } from './logging.js';
import { mixed } from './mixed.js';
import { openLoop } from './open-loop.js';
import { own } from './own.js';
import { payload } from './payload.js';
import { quizLogin } from './quiz-login.js';
import { race } from './race.js';
import type { Scenario } from './scenario.js';
import { slowClient } from './slow-client.js';
import { threadSweep } from './threads.js';
import { threadsWaiting } from './threads-waiting.js';
import { web } from './web.js';

export const scenarios: readonly Scenario[] = [
  control,
  echo,
  payload,
  openLoop,
  churn,
  burst,
  backlog,
  slowClient,
  cpuBound,
  ioWait,
  mixed,
  threadSweep,
  threadsWaiting,
  race,
  fanOut,
  web,
  quizLogin,
  logging,
  handOff,
  idle,
  generator,
  own,
];
