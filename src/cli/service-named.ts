/** Finds the service that a command line names, for `handoff serve` and the clients. */
import { UsageError } from '../base/errors.js';
import { findService, listServices, type CatalogueEntry } from '../services/catalogue.js';
import { didYouMean } from './suggestion.js';

/** @throws UsageError on an unknown service */
export function serviceNamed(nameOrPath: string): CatalogueEntry {
  const service = findService(nameOrPath);
  if (service) return service;
  const names = listServices().map(({ name }) => name);
  const next = `the services are ${names.join(', ')}`;
  throw new UsageError(
    `there is no service ${JSON.stringify(nameOrPath)}${didYouMean(nameOrPath, names, next)}`,
  );
}
