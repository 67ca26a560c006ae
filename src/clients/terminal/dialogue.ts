/**
 * What an interactive client does, apart from its terminal and its socket: one dialogue a protocol (clients/talk/chat.ts, clients/talk/quiz.ts
 * …), pure, from lines in to steps out. converse.ts performs the steps.
 */
import type { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

export type Step =
  /**
   * Tells the user. Only where somebody watches: in a script the server's lines are the output, as they came.
   * Several lines are one text with newlines.
   */
  | { readonly do: 'show'; readonly text: string; readonly style?: Style }
  | { readonly do: 'send'; readonly message: string }
  /** Wants a line of the user. In a script one line is taken for each of these. A secret one is not echoed. */
  | { readonly do: 'ask'; readonly prompt: string; readonly secret?: boolean }
  /** Says goodbye: nothing more will be sent, what the server still says is shown. */
  | { readonly do: 'leave' };

/** Something that the protocol promises at once: whoever does not get it talks to another service. */
export interface Awaited {
  /** As messages to the user name it, behind `no`. */
  readonly what: string;
  /** Who has promised it. */
  readonly of: string;
  readonly withinMs: number;
}

export interface Dialogue {
  /** After its goodbye the server may take as long as it likes. */
  readonly waitsForEnd?: boolean;
  /** The connection is there. */
  begin(): Step[];
  heard(message: string): Step[];
  /** After the last of the messages that came together: what is sent now does not cross with one of them. */
  settled?(): Step[];
  /** At a terminal the user may type at any time, asked or not. */
  typed(line: string): Step[];
  /** Ctrl-D, or a line is asked for and the script has no more. */
  inputEnded(): Step[];
  /** What the server must say next. The same as long as it has not been said, whatever else was. */
  awaits?(): Awaited | undefined;
  /** Why the server has not done what was asked; undefined if it has. Asked when the connection is over. */
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
