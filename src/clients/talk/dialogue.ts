/**
 * What an interactive client does, apart from its terminal and its socket. Each protocol has one
 * dialogue (chat.ts, quiz.ts …): a pure object that turns lines into steps. run-dialogue.ts
 * performs the steps.
 */
import type { Style } from '../terminal/terminal.js';

export type Step =
  /**
   * Shows one line or several to the user. Ignored in a script, whose output is the server's lines
   * as they came.
   */
  | { readonly do: 'show'; readonly text: string; readonly style?: Style }
  | { readonly do: 'send'; readonly message: string }
  /** Requests one line from the user or the script. A secret line is not echoed. */
  | { readonly do: 'ask'; readonly prompt: string; readonly secret?: boolean }
  /** Leaves: the client sends nothing more, and still shows what the server sends. */
  | { readonly do: 'leave' };

/** A message that the protocol promises at once. Without it, this is probably another service. */
export interface Expected {
  /** A noun that messages to the user put after `no`. */
  readonly what: string;
  /** The service that promises the message. */
  readonly of: string;
  readonly withinMs: number;
}

export interface Dialogue {
  /** True if the server may take any time to close after the client leaves. */
  readonly waitsForServer?: boolean;
  /** The connection is open. */
  start(): Step[];
  onMessage(message: string): Step[];
  /**
   * All messages that arrived together have been handled. A message sent now does not cross with
   * one of them.
   */
  onBatchEnd?(): Step[];
  /** The user typed a line, asked or not; or the script answered a question. */
  onLine(line: string): Step[];
  /** The user pressed Ctrl-D, or the script has no line left to answer a question. */
  onInputEnd(): Step[];
  /** What the server must send next; the same until it has come, whatever else comes first. */
  expected?(): Expected | undefined;
  /**
   * Why the server has not done its part; undefined if it has. Called after the connection ends.
   */
  failure(): string | undefined;
}

export const LEAVE: Step = { do: 'leave' };

export function show(text: string, style?: Style): Step {
  return style === undefined ? { do: 'show', text } : { do: 'show', text, style };
}

export function send(message: string): Step {
  return { do: 'send', message };
}

export function ask(prompt: string): Step {
  return { do: 'ask', prompt };
}
