/**
 * The line services, and the input for testing their properties. A new service is one more entry.
 */
import { fileURLToPath } from 'node:url';
import type { ServiceOptions } from '../../src/services/service.js';

export interface LineProtocol {
  readonly service: string;
  /** The protocol's words, without which arbitrary input would not pass a service's first check. */
  readonly words: readonly string[];
  /**
   * A message that a new client can always send, and the first line of its answer, before or after
   * other clients.
   */
  readonly probe: { readonly says: string; readonly hears: RegExp };
  /** The largest number of lines in a conversation with a slow service; some tens otherwise. */
  readonly mostLines?: number;
  /** Fewer conversations, also for a slow service. */
  readonly runs?: number;
  readonly options?: Partial<ServiceOptions>;
  /** The answers depend on Math.random, which tests stop; in client threads they cannot. */
  readonly drawsLots?: true;
}

/** With one question nothing is left to chance. */
const ONE_QUESTION = fileURLToPath(
  new URL('../../../test/fixtures/one-question.json', import.meta.url),
);

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
    words: [
      'PLAY',
      'play',
      'QUIT',
      'e',
      'a',
      'Ñ',
      't',
      'secret',
      '1',
      'ab1',
      'Ж',
      ' ',
      '\u202e',
      'PLAY 2',
    ],
    probe: { says: 'PLAY', hears: /^WORD \d+$/ },
    drawsLots: true,
  },
  {
    service: 'quiz',
    // No password is long enough to be hashed, which is slow.
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
    // No large numbers: the first digits of one that is cut are a valid message that takes long.
    words: [
      'work',
      'sleep',
      'work 0',
      'work 1',
      'sleep 0',
      'sleep 1',
      'work x',
      'sleep -1',
      'WORK 1',
      ' ',
    ],
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
