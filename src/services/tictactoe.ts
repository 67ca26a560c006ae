/**
 * Tic-tac-toe for two clients: `Welcome <name>`, `init@<game> <name> <name>`, moves in turn,
 * `GameEnd …`. The client's session interprets and answers each line: read
 * ../shared/tictactoe/player.ts next.
 */
import { forEachMessage } from '../connection/lines.js';
import type { Player } from '../shared/tictactoe/player.js';
import type { Service } from './service.js';

export const service: Service<Player> = {
  async share() {
    const { Lobby } = await import('../shared/tictactoe/lobby.js');
    return new Lobby();
  },
  serve: (connection, { options, shared: player }) =>
    forEachMessage(
      connection,
      options.framing,
      (line) => player.handleLine(line),
      (text) => player.refuse(text),
    ),
};
