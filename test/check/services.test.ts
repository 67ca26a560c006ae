/** Some of the project's own services, by the checks of their exercises. The others: test/faults/. */
import { EXERCISES } from '../../src/check/exercises/catalogue.js';
import { isAmongTheFirst } from '../support/check-proofs.js';
import { checkService } from '../support/checked-service.js';

for (const exercise of EXERCISES.filter(isAmongTheFirst)) checkService(exercise);
