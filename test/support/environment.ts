/**
 * The environment of the programs under test: whose machine it is must not decide what they print. And whether they,
 * and the client threads of the tests' own servers, write down what they have run, for the coverage.
 */

/**
 * Our own settings, and everything by which Node and terminal libraries decide about colours and widths. CI is among
 * them: Node takes the terminals of most CI systems for colourless.
 */
const SETTINGS =
  /^(HANDOFF_\w+|(NO|FORCE)_COLOR|NODE_DISABLE_COLORS|TERM\w*|COLORTERM|TMUX|CI|TF_BUILD|TEAMCITY_VERSION|COLUMNS|LINES)$/;

const { NODE_V8_COVERAGE: coverage = '' } = process.env;

/**
 * Writing its coverage down costs a thread half of its start again, and hundreds are started. So it is done only by the
 * threads of those files of tests that call this before they start a server.
 */
export function coverThreads(): void {
  if (coverage !== '') process.env['NODE_V8_COVERAGE'] = coverage;
}

// A thread starts with what is left. What this process runs is written down all the same.
delete process.env['NODE_V8_COVERAGE'];

/** What the tests were started with, without such settings but for those given here. */
export function environment(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
  const all = { ...(Object.fromEntries(inherited) as Record<string, string>), NODE_V8_COVERAGE: coverage };
  return { ...all, ...settings };
}
