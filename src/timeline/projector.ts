/**
 * Timelines as a page for a lecture hall, in one file without references to others.
 *
 * On a screen it shows one section at a time, over the full width; the arrow keys, and the keys that
 * a remote control sends, go from one to the next. On a screen of 1,920 pixels no text is smaller
 * than 24 pixels. On paper each act is a page. Without scripts all sections are shown. Read
 * picture.ts next.
 */
import { escaped } from '../plots/render.js';
import { THEME_CSS } from '../plots/theme.js';
import { GENERATOR } from './own-page.js';
import { drawTimelines } from './picture.js';
import type { Section } from './placing.js';

/** Sections that belong together; they have one time axis. */
interface Act {
  readonly title: string;
  /** One or more sentences, with their full stops. */
  readonly sentence: string;
  readonly sections: readonly Section[];
}

/** The picture's text of 13 pixels becomes 26 pixels high on a screen that is 1,920 wide. */
const SCREEN_WIDTH_PX = 900;
const PAPER_WIDTH_PX = 1120;

const CSS = `${THEME_CSS}
html{font-size:max(14px,1.25vw)}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.35 system-ui,sans-serif}
main{padding:.8rem 1.2rem}
h1,h2,p{margin:0 0 .3rem}
h1{font-size:1.2rem}h2{font-size:1.6rem}
.sentence{font-size:1.25rem}
svg{display:block;width:100%;height:auto;max-width:none!important;margin:.6rem 0}
.stepped .step:not(.current),.sheet{display:none}
nav{display:none}
.stepped nav{display:flex;gap:1rem;align-items:center;margin-top:.6rem}
button{font:inherit;color:inherit;background:none;border:2px solid var(--faint);border-radius:.4rem;padding:.1rem .8rem}
@page{size:A4 landscape;margin:10mm}
@media print{html{font-size:11pt}main{padding:0}.step,.stepped .step.current,.stepped nav{display:none}
.sheet{display:block;break-after:page;break-inside:avoid}.sheet:last-of-type{break-after:auto}
.sheet svg{width:auto;max-width:100%!important;max-height:168mm;margin:.3rem auto 0}}`;

const SCRIPT = `const steps=[...document.querySelectorAll('.step')],where=document.getElementById('where');
let at=Math.min(steps.length,Math.max(1,parseInt(location.hash.slice(1),10)||1))-1;
function show(by){at=Math.min(steps.length-1,Math.max(0,at+by));
steps.forEach((step,index)=>step.classList.toggle('current',index===at));
where.textContent=(at+1)+' of '+steps.length;history.replaceState(null,'','#'+(at+1));scrollTo(0,0)}
const by={ArrowRight:1,ArrowDown:1,PageDown:1,' ':1,ArrowLeft:-1,ArrowUp:-1,PageUp:-1,Home:-1e9,End:1e9};
addEventListener('keydown',(event)=>{if(event.ctrlKey||event.altKey||event.metaKey||!(event.key in by)
||(event.key===' '&&event.target.closest('button')))return;
event.preventDefault();show(by[event.key])});
document.getElementById('back').onclick=()=>show(-1);document.getElementById('on').onclick=()=>show(1);
document.documentElement.classList.add('stepped');show(0)`;

/** Builds the page. @returns the HTML document; all texts from the log are escaped */
export function projectorPageOf(title: string, acts: readonly Act[]): string {
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
${acts.flatMap(stepsOf).join('\n')}
${acts.map(sheetOf).join('\n')}
<nav aria-label="steps"><button id="back">←</button><span id="where" role="status"></span><button id="on">→</button></nav>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Returns a step for each section of an act; each has the time axis of the longest one. */
function stepsOf(act: Act): string[] {
  const toMs = Math.max(
    ...act.sections.map(({ timeline, window }) =>
      Math.min(timeline.lengthMs, window?.toMs ?? Infinity),
    ),
  );
  // What an act shows is said when its last section has been seen.
  const last = act.sections.at(-1);
  return act.sections.map(
    (section) => `<section class="step">
<h1>${escaped(act.title)}</h1>
<h2>${escaped(section.title)}</h2>
<p class="sentence">${escaped(section.sentence)}</p>
${drawTimelines([section], { widthPx: SCREEN_WIDTH_PX, hasTitles: false, toMs })}${section === last ? `\n<p class="sentence">${escaped(act.sentence)}</p>` : ''}
</section>`,
  );
}

function sheetOf({ title, sentence, sections }: Act): string {
  return `<section class="sheet">
<h1>${escaped(title)}</h1>
<p>${escaped(sentence)}</p>
${drawTimelines(sections, { widthPx: PAPER_WIDTH_PX, hasTitles: true })}
</section>`;
}
