/** The checks of the exercises that test/check/exercises.test.ts leaves out. */
import { EXERCISES } from '../../src/check/exercises/catalogue.js';
import { isAmongTheFirst, proveChecksOf } from '../support/check-proofs.js';

for (const exercise of EXERCISES.filter((one) => !isAmongTheFirst(one))) proveChecksOf(exercise);
