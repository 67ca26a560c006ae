/**
 * The environment of the programs under test. Their output must not depend on the machine. It also
 * decides whether they, and the client threads of the tests' own servers, write coverage.
 */

/**
 * The project's own settings, and all variables by which Node and terminal libraries choose colours
 * and widths. CI is one of them: Node takes the terminals of most CI systems for colourless.
 */
const SETTINGS =
  /^(HANDOFF_\w+|(NO|FORCE)_COLOR|NODE_DISABLE_COLORS|TERM\w*|COLORTERM|TMUX|CI|TF_BUILD|TEAMCITY_VERSION|COLUMNS|LINES)$/;

const { NODE_V8_COVERAGE: coverage = '' } = process.env;
let coverageOfPrograms = '';

/**
 * Makes the threads of this test file write coverage; called before it starts a server. Writing
 * coverage makes a thread's start half as slow again, and the tests start hundreds.
 */
export function coverThreads(): void {
  if (coverage !== '') process.env['NODE_V8_COVERAGE'] = coverage;
}

/**
 * Makes the programs that this test file starts write coverage. It takes a third of what a program
 * computes that soon ends, so only the files that say what a command does call this; the others start
 * the same commands to see something else.
 */
export function coverPrograms(): void {
  coverageOfPrograms = coverage;
}

// Threads start with the remaining variables. This process still writes its own coverage.
delete process.env['NODE_V8_COVERAGE'];

/**
 * On a busy machine, any loop is late now and then. Only tests of the lines that say so set
 * `--loop-lag`.
 */
export const LONGEST_LOOP_LAG_MS = 3_600_000;

/**
 * The variables that the tests were started with, without such settings except those given here.
 */
export function environment(
  settings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
  const all = {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    NODE_V8_COVERAGE: coverageOfPrograms,
    HANDOFF_LOOP_LAG: String(LONGEST_LOOP_LAG_MS),
  };
  return { ...all, ...settings };
}
