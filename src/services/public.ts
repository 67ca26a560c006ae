/**
 * What a service of your own imports from 'handoff', wherever its file is. docs/own-service.md
 * explains it by examples; echo.ts and chat.ts use the same functions.
 */
export { forEachMessage } from '../connection/lines.js';
export { forEachText, reply } from '../connection/text.js';
export { endOfTurn } from '../shared/turn.js';
export type { Framing } from '../connection/lines.js';
export type { Breach, Connection, Endpoint, MaybePromise, Next } from '../connection/connection.js';
export type { Member, Session, Shared } from '../shared/shared.js';
export type {
  Answer,
  DatagramService,
  Service,
  ServiceContext,
  ServiceOptions,
} from './service.js';
