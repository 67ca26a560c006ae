/** The environment of the programs under test: whose machine it is must not decide what they print. */

/**
 * Our own settings, and everything by which Node and terminal libraries decide about colours and widths. CI is among
 * them: Node takes the terminals of most CI systems for colourless.
 */
const SETTINGS =
  /^(HANDOFF_\w+|(NO|FORCE)_COLOR|NODE_DISABLE_COLORS|TERM\w*|COLORTERM|TMUX|CI|TF_BUILD|TEAMCITY_VERSION|COLUMNS|LINES)$/;

/** What the tests were started with, without such settings but for those given here. */
export function environment(settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name));
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...settings };
}
