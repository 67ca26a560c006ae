/** The services whose messages are lines, and what their properties are tested with. A new one is one more entry. */
import { fileURLToPath } from 'node:url';
import type { ServiceOptions } from '../../src/services/service.js';

export interface LineProtocol {
  readonly service: string;
  /** What its clients say: arbitrary input is full of it, or it would never get beyond a service's first check. */
  readonly words: readonly string[];
  /** What a new client can always say, and how the first line of the answer looks, whoever was there before. */
  readonly probe: { readonly says: string; readonly hears: RegExp };
  /** Most lines of one conversation, for a service that takes its time; otherwise there are some tens. */
  readonly mostLines?: number;
  /** Fewer conversations, for the same reason. */
  readonly runs?: number;
  readonly options?: Partial<ServiceOptions>;
  /** What it answers depends on Math.random, which is stopped; in client threads it cannot be. */
  readonly drawsLots?: true;
}

/** So that nothing is left to chance. */
const ONE_QUESTION = fileURLToPath(new URL('../../../test/fixtures/one-question.json', import.meta.url));

export const lineProtocols: readonly LineProtocol[] = [
  {
    service: 'chat',
    words: [
      ...[
        'alice',
        'bob',
        'hi',
        '/join room',
        '/rooms',
        '/who',
        '/nick bob',
        '/nick alice',
        '/msg bob hi',
        '/me waves',
      ],
      ...[
        '/help',
        '/op alice',
        '/kick alice',
        '/kick bob',
        '/topic text',
        '/quit',
        '/nonsense',
        '/',
        '\u202e',
      ],
    ],
    probe: { says: 'carol', hears: /^Hello, this is the chat\.$/ },
  },
  {
    service: 'count',
    words: ['A', 'Alice', 'Žofie', ' ', '%s'],
    probe: { says: 'A', hears: /^A0$/ },
    mostLines: 2,
    runs: 15,
    options: { maxPauseMs: 0 },
  },
  {
    service: 'hangman',
    words: ['PLAY', 'play', 'QUIT', 'e', 'a', 'Ñ', 't', 'secret', '1', 'ab1', 'Ж', ' ', '\u202e', 'PLAY 2'],
    probe: { says: 'PLAY', hears: /^WORD \d+$/ },
    drawsLots: true,
  },
  {
    service: 'quiz',
    // No password long enough to be hashed, which takes its time.
    words: [
      ...[
        'GUEST Ada',
        'GUEST Bob',
        'GUEST \u202e',
        'PLAY 1',
        'PLAY 0',
        'PLAY 9999',
        'PLAY x',
        'A',
        'B',
        'c',
        'D',
      ],
      ...['RANKING', 'QUIT', 'REGISTER', 'REGISTER Ada', 'LOGIN Ada', 'LOGIN', 'NONSENSE', ' '],
    ],
    probe: { says: 'A', hears: /^ERR first say who you are/ },
    options: { questions: ONE_QUESTION },
  },
  {
    service: 'work',
    // No large numbers: cut in two as chunks, their first digits are good messages that take long.
    words: ['work', 'sleep', 'work 0', 'work 1', 'sleep 0', 'sleep 1', 'work x', 'sleep -1', 'WORK 1', ' '],
    probe: { says: 'work 0', hears: /^done 0$/ },
    mostLines: 8,
    runs: 40,
  },
  {
    service: 'tictactoe',
    words: ['Ada', 'Bob', 'AGAIN', 'QUIT', '5', '1 1', '0', '\u202e', 'Ａｄａ', 'MOVE X 5'],
    probe: { says: 'AGAIN', hears: /^ERR your name/ },
  },
];
