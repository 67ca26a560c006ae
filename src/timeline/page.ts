/**
 * Timelines as one self-contained HTML page: the picture, and its connections as tables.
 *
 * On a narrow screen the picture scrolls inside its own frame. Read picture.ts next.
 */
import { escaped } from '../plots/render.js';
import { THEME_CSS } from '../plots/theme.js';
import type { Span } from './connections.js';
import { threadName } from './labels.js';
import { GENERATOR } from './own-page.js';
import { drawTimelines } from './picture.js';
import type { Section } from './placing.js';
import { STATES, STATE_TEXTS, stateTimesOf } from './states.js';
import { formatDuration, nameOf, plural } from './summary.js';

/** A table shows at most this many connections, and says how many it leaves out. */
const MAX_TABLE_ROWS = 500;

const CSS = `${THEME_CSS}
body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.25rem;margin:2rem 0 0}
h3{font-size:1.1rem;margin:1.5rem 0 0}
.frame{overflow-x:auto;margin:1rem 0}
.frame>svg{max-width:none}
table{border-collapse:collapse;font-size:.9rem;overflow-wrap:normal;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .7rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th{white-space:normal;vertical-align:bottom;min-width:4.5rem}
th:nth-child(-n+3),td:nth-child(-n+3),th:last-child,td:last-child{text-align:left}
p{margin:.3rem 0}.faint{color:var(--faint)}
@media print{body{padding:0;max-width:none}.frame{overflow:visible}.frame>svg{max-width:100%}}`;

/**
 * Builds the page.
 * @param notes paragraphs of plain text below the title; none by default
 * @returns the HTML document; all texts from the log are escaped
 */
export function pageOf(
  title: string,
  sections: readonly Section[],
  notes: readonly string[] = [],
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
${GENERATOR}
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${CSS}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${notes.map((note) => `<p class="faint">${escaped(note)}</p>`).join('\n')}
<div class="frame" tabindex="0" role="group" aria-label="timeline">
${drawTimelines(sections)}
</div>
${sections.map((section) => tableOf(section, sections.some(({ heading }) => heading) ? 'h3' : 'h2')).join('\n')}
</main>
</body>
</html>
`;
}

const HEAD = [
  'client',
  'address',
  'served by',
  'arrived at',
  ...STATES.map((state) => STATE_TEXTS[state]),
  'in all',
  'bytes in',
  'bytes out',
  'end',
];

function tableOf(section: Section, tag: 'h2' | 'h3'): string {
  const { heading, title, sentence, timeline } = section;
  const above = heading
    ? `<h2>${escaped(heading.title)}</h2>\n<p>${escaped(heading.sentence)}</p>\n`
    : '';
  const { spans } = timeline;
  const rows = spans.slice(0, MAX_TABLE_ROWS).map((span) => row(cellsOf(span, section), 'td'));
  const rest = spans.length - rows.length;
  return `${above}<${tag}>${escaped(title)}</${tag}>
<p>${escaped(sentence)}</p>
<div class="frame" tabindex="0" role="group" aria-label="${escaped(`clients of ${title}`)}"><table>
<thead>${row(HEAD, 'th')}</thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>${rest > 0 ? `\n<p class="faint">Left out: ${plural(rest, 'connection')} after these.</p>` : ''}`;
}

function cellsOf(span: Span, section: Section): string[] {
  const { arrivedMs, endMs, reason, bytesIn, bytesOut, peer, connection, isRefused } = span;
  const times = stateTimesOf(span);
  const duration = (ms: number | undefined) => (ms === undefined ? '–' : formatDuration(ms));
  return [
    nameOf(connection, section.names),
    peer,
    threadName(span, section),
    formatDuration(arrivedMs),
    ...STATES.map((state) => duration(times[state])),
    duration(isRefused ? undefined : endMs - arrivedMs),
    reason === undefined ? '–' : bytesIn.toLocaleString('en'),
    reason === undefined ? '–' : bytesOut.toLocaleString('en'),
    reason ?? 'open',
  ];
}

function row(cells: readonly string[], tag: 'td' | 'th'): string {
  return `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
}
