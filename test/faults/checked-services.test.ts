/** The project's own services that test/check/services.test.ts leaves out. */
import { EXERCISES } from '../../src/check/exercises/catalogue.js';
import { isAmongTheFirst } from '../support/check-proofs.js';
import { checkService } from '../support/checked-service.js';

for (const exercise of EXERCISES.filter((one) => !isAmongTheFirst(one))) checkService(exercise);
