/**
 * A mistake for each check: the server in test/fixtures/broken that it catches. A check without one
 * fails exercises.test.ts.
 */

/** Sentence to mistake, for each exercise. */
export const MISTAKES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  echo: {
    'a message comes back as it was sent': 'adds_a_newline',
    'characters of several bytes come back': 'only_ascii',
    'a client that has closed its sending side still gets its answer':
      'waits_for_the_end_and_forgets',
    'the next client is served after one has left': 'accept_outside_the_loop',
    'a client that leaves without a word does not end the server': 'error_ends_the_server',
    'ten clients, one after the other, each get their own answers': 'accept_outside_the_loop',
    'a client that resets its connection does not end the server': 'error_ends_the_server',
    'a client may send several messages on one connection': 'one_message',
    'a character cut between two packets survives': 'decodes_each_piece',
    'a message of 64 KiB comes back whole': 'first_kilobytes',
    'a client that reads late gets every byte': 'send_without_all',
    'the server can be started again at once on the same port': 'no_reuse',
  },
  capitalize: {
    'a message comes back in capitals': 'only_the_first_letter',
    'a client may send several messages on one connection': 'one_message',
    'letters outside ASCII are capitalized too': 'upper_of_bytes',
    'a character cut between two packets survives': 'decodes_each_piece',
    'several messages in one packet are all answered': 'first_line_of_a_packet',
    'a long message comes back whole': 'forgets_the_rest',
    'a client that has closed its sending side still gets its answer, then the end':
      'never_sees_the_end',
    'the next client is served after one has left': 'accept_outside_the_loop',
    'a client that leaves without a word does not end the server': 'error_ends_the_server',
    'a client that resets its connection does not end the server': 'error_ends_the_server',
    'the server can be started again at once on the same port': 'no_reuse',
  },
};
