/** What `handoff new` writes: a service to start from. */

const HEAD = (file: string) => `/**
 * A service of your own. Start it, and send it a name from a second terminal:
 *
 *     handoff serve ${file} --watch
 *     handoff connect --port 9000
 *
 * It runs under every model: add --model event-loop, or --model iterative.
 */
`;

const BODY = (types: { import: string; annotation: string; line: string }) => `
import { forEachMessage, reply } from 'handoff';${types.import}

${types.annotation}
  // Called once for each client. When it returns, the server closes the connection.
  async serve(connection, { options, log }) {
    // Called for each line, without its line end. The next line waits until this one is answered.
    await forEachMessage(connection, options.framing, async (line) => {
      if (line === 'bye') return 'stop';
      log.info({ connection: connection.id, name: line }, 'greeted');
      await reply(connection, greeting(line));
      return undefined;
    });
  },
};

${types.line} {
  return name === '' ? 'ERR a name is expected\\n' : \`Hello \${name}\\n\`;
}
`;

/** @param file how the user called it */
export function newService(file: string): string {
  return /\.[cm]?ts$/.test(file) ? typeScript(file) : javaScript(file);
}

function javaScript(file: string): string {
  const body = BODY({
    import: '',
    annotation: "/** @type {import('handoff').Service} */\nexport const service = {",
    line: '/** @param {string} name */\nfunction greeting(name)',
  });
  return `${HEAD(file)}// @ts-check${body}`;
}

function typeScript(file: string): string {
  const body = BODY({
    import: "\nimport type { Service } from 'handoff';",
    annotation: 'export const service: Service = {',
    line: 'function greeting(name: string): string',
  });
  return HEAD(file) + body.trimStart();
}
