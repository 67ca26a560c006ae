/** The options of services, for tests that set few of them. */
import type { ServiceOptions } from '../../src/services/service.js';

export const DEFAULT_OPTIONS: ServiceOptions = {
  once: false,
  framing: 'line',
  goodbyeMs: 3000,
  maxPauseMs: 1,
  dialect: 'exercise',
  history: 10,
  store: ':memory:',
  questions: undefined,
  root: '.',
  logRequests: false,
};
