/**
 * The checks of the exercises that most courses begin with. test/faults/exercises.test.ts proves
 * those of the others, which takes minutes.
 */
import { EXERCISES } from '../../src/check/exercises/catalogue.js';
import { isAmongTheFirst, proveChecksOf } from '../support/check-proofs.js';

for (const exercise of EXERCISES.filter(isAmongTheFirst)) proveChecksOf(exercise);
