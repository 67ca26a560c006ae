/**
 * The documents keep what they promise: commands that end by themselves work, links and paths lead
 * somewhere, and the README stays short. Each document's commands run in a folder of their own, in
 * the order in which they are written.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../src/models/registry.js';
import { documentWithTables } from '../bench/run/document.js';
import {
  allDocuments,
  anchorsOf,
  commandsOf,
  fences,
  linksOf,
  pathsOf,
  ROOT,
  type Document,
} from './support/documents.js';
import { environment } from './support/environment.js';
import { eventually } from './support/eventually.js';
import { CLI, exitOf, killAfter, temporaryDirectory, type Outcome } from './support/handoff.js';

const MOST_README_LINES = 150;
const MOST_README_WORDS = 1300;

type Treatment = 'run' | 'start for the commands after it' | `not run: ${string}`;

/**
 * What becomes of a command: the first pattern that matches decides. A command that none matches
 * fails the test.
 */
const RULES: readonly (readonly [RegExp, Treatment])[] = [
  [
    /^git |^make |^npm |^node_modules|^node /,
    'not run: it builds, tests or measures, which takes minutes',
  ],
  [/\b(nc|telnet|wrk) /, 'not run: the tool is missing on many machines'],
  [/^source |\| source$/, "not run: it changes a user's shell"],
  [/^handoff (bench|demo|lab|peer)\b/, 'not run: it takes minutes, other machines, or a browser'],
  [/^handoff load merge\b/, 'not run: its files are of several machines'],
  [/^handoff serve /, 'start for the commands after it'],
  [/^handoff watch \S+ --once\b/, 'run'],
  [/^handoff watch /, 'not run: it goes on until it is interrupted'],
  [/^handoff lookup$/, "not run: it asks the network for this machine's name"],
  [/^handoff (services|models|explain|fetch|send|gettime|lookup|timeline|new|load|check)\b/, 'run'],
  [/^handoff (connect|chat|quiz|hangman|tictactoe)\b/, 'not run: it waits for a user'],
  [/^(echo|printf) [^|]+\| handoff /, 'run'],
  [/^(mkdir|echo|jq|curl|openssl) /, 'run'],
];

const TOOLS = ['jq', 'curl', 'openssl'] as const;
/** An address in the documents has the service's usual port; the tests' servers have free ones. */
const USUAL_ADDRESS = /\b(127\.0\.0\.1|localhost):\d+/g;

const documents = allDocuments();
const treatmentOf = (command: string) => RULES.find(([pattern]) => pattern.test(command))?.[1];

describe('the commands of the documents', { timeout: 60_000, concurrency: 4 }, () => {
  for (const document of documents) {
    const commands = commandsOf(document);
    if (commands.length === 0) continue;

    it(`end with status 0, where they end by themselves (${document.path})`, async (t) => {
      const place = new Place(t);
      let waiting: string | undefined;
      try {
        for (const command of commands) {
          const treatment = treatmentOf(command);
          assert.ok(treatment !== undefined, `no rule says whether this command ends: ${command}`);
          if (treatment === 'start for the commands after it') waiting = command;
          if (treatment !== 'run' || !hasTools(t, command)) continue;
          if (waiting !== undefined) await place.serve(waiting);
          waiting = undefined;
          const { status, stderr } = await place.run(command);
          assert.equal(status, 0, `${command}\n${stderr}`);
        }
      } finally {
        await place.stop();
      }
    });
  }

  it('name targets of the Makefile', () => {
    const makefile = readFileSync(join(ROOT, 'Makefile'), 'utf8');
    const targets = documents
      .flatMap(commandsOf)
      .flatMap((command) => /^make ([\w-]+)/.exec(command)?.[1] ?? []);
    for (const target of new Set(targets)) assert.match(makefile, new RegExp(`^${target}:`, 'm'));
  });
});

describe('the documents', () => {
  for (const document of documents) {
    it(`link to files and headings that exist (${document.path})`, () => {
      for (const { file, anchor } of linksOf(document)) {
        const path = join(dirname(document.path), file);
        assert.ok(file === '' || existsSync(join(ROOT, path)), `${file} does not exist`);
        if (anchor !== '')
          assert.ok(anchorsOf(target(document, path, file)).includes(anchor), `#${anchor}`);
      }
    });

    it(`name source files and folders that exist (${document.path})`, () => {
      for (const path of pathsOf(document))
        assert.ok(isThere(path, document), `${path} does not exist`);
    });
  }

  it('show code as it stands in the source', () => {
    const source = ['capitalize', 'echo'].map((name) => `src/services/${name}.ts`);
    const models = MODEL_NAMES.map((name) => `src/models/${name}.ts`);
    const all = [...source, ...models]
      .map((path) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n');
    const shown = documents
      .flatMap((document) => fences(document, 'ts'))
      .flatMap((code) => code.split('\n'));
    assert.ok(shown.length > 0);
    for (const line of shown.filter((line) => !line.startsWith('//')))
      assert.ok(all.includes(line.trim()), line);
  });

  it('have tables that are made from the runs beside them', () => {
    const path = join(ROOT, 'docs/hand-off.md');
    assert.equal(readFileSync(path, 'utf8'), documentWithTables(path), 'run make document-tables');
  });

  it('list the rooms in the order of rooms.config.cjs', () => {
    const rooms =
      /ROOMS = \[([^]*?)\]/.exec(readFileSync(join(ROOT, 'rooms.config.cjs'), 'utf8'))?.[1] ?? '';
    const { text = '' } = documents.find(({ path }) => path === 'docs/architecture.md') ?? {};
    const table = text.slice(text.indexOf('| room |')).matchAll(/^\| `([^`]+?)\/?` \|/gm);
    assert.deepEqual(
      [...table].map(([, room]) => room),
      [...rooms.matchAll(/'([^']+)'/g)].map(([, room]) => room),
    );
  });

  it(`begin with a README of at most ${MOST_README_LINES} lines and ${MOST_README_WORDS} words`, () => {
    const { text = '' } = documents.find(({ path }) => path === 'README.md') ?? {};
    assert.ok(text.trim().split('\n').length <= MOST_README_LINES);
    assert.ok(text.trim().split(/\s+/).length <= MOST_README_WORDS);
  });
});

/** A folder in which one document's commands run, and the server that its clients use. */
class Place {
  readonly #t: TestContext;
  readonly #folder: string;
  readonly #path: string;
  #server: ChildProcess | undefined;
  #port = 0;

  constructor(t: TestContext) {
    this.#t = t;
    this.#folder = temporaryDirectory(t);
    const tools = temporaryDirectory(t);
    const program = join(tools, 'handoff');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    chmodSync(program, 0o755);
    this.#path = `${tools}:${process.env['PATH'] ?? ''}`;
  }

  /** Starts a server on a free port, in place of the one before, and waits until it listens. */
  async serve(command: string): Promise<void> {
    await this.stop();
    const server = this.#spawn(`exec ${command}`, 0);
    this.#server = server;
    const logFile = /--log-file (\S+)/.exec(command)?.[1];
    let output = '';
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (text: Buffer) => (output += text.toString()));
    const log = () => output + (logFile === undefined ? '' : this.#read(logFile));
    this.#port = await eventually(`the line of ${command}`, () => {
      assert.equal(server.exitCode, null, output);
      const listening = /^.*"msg":"listening".*$/m.exec(log())?.[0];
      return listening === undefined ? undefined : (JSON.parse(listening) as { port: number }).port;
    });
  }

  async run(command: string): Promise<Outcome> {
    const addressed = command.replace(USUAL_ADDRESS, `$1:${this.#port}`);
    const child = this.#spawn(addressed, this.#port);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (output.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output.stderr += text.toString()));
    return { ...(await exitOf(child)), ...output };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const exit = exitOf(server);
    server.kill('SIGTERM');
    await exit;
  }

  #read(name: string): string {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  #spawn(command: string, port: number) {
    const settings = { HANDOFF_PORT: String(port), HANDOFF_MAX_PAUSE: '20' };
    const child = spawn('sh', ['-c', command], {
      cwd: this.#folder,
      env: { ...environment(settings), PATH: this.#path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    killAfter(this.#t, child);
    return child;
  }
}

/** A machine without one of the tools runs the other commands. */
function hasTools(t: TestContext, command: string): boolean {
  const missing = TOOLS.filter((tool) => new RegExp(`\\b${tool} `).test(command)).filter(
    (tool) => spawnSync(tool, ['--version']).error !== undefined,
  );
  for (const tool of missing) t.diagnostic(`no ${tool}, so this was not run: ${command}`);
  return missing.length === 0;
}

function target(document: Document, path: string, file: string): Document {
  const found = file === '' ? document : documents.find((one) => one.path === path);
  assert.ok(found, `${path} is no document`);
  return found;
}

/** Seen from the repository, from src/, from bench/, or from the document itself. */
function isThere(path: string, { path: document }: Document): boolean {
  if (path.startsWith('bench/results/')) return true;
  return ['.', 'src', 'bench', dirname(document)].some((base) =>
    existsSync(join(ROOT, base, path)),
  );
}
