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
  serve(connection, { options, shared: player }) {
    let isNamed = false;
    const introduce = async (line: string) => {
      const next = await player.introduce(line);
      if (next !== 'named') return next;
      isNamed = true;
      connection.endDeadline('login');
      return undefined;
    };
    connection.startDeadline('login');
    return forEachMessage(
      connection,
      options.framing,
      (line) => (isNamed ? player.handleLine(line) : introduce(line)),
      { refuse: (text) => player.refuse(text), hint: (text) => player.tell(text) },
    );
  },
};
