/**
 * Text in a picture, which has no lines, no widths and no layout of its own: wrapped and measured here.
 *
 * Names and errors may hold anything, and a saved SVG is XML, which not every character may be in.
 */

/** Wide for most fonts, so that what fits by this fits. */
const EMS_PER_CHARACTER = 0.62;
/** Of sentences, with their spaces and their i and l. */
const EMS_IN_SENTENCES = 0.58;

/** Without what XML forbids, and without line breaks. A no-break space would become an entity that XML lacks. */
export function clean(text: string): string {
  return text
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f]/gu, '\ufffd')
    .trim();
}

/** Says by an ellipsis that there is more. */
export function shortened(text: string, characters: number): string {
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}

export function widthOf(text: string, fontPx: number): number {
  return Array.from(text).length * fontPx * EMS_PER_CHARACTER;
}

export function wrapped(text: string, fontPx: number, widthPx: number): string[] {
  const limit = Math.floor(widthPx / (fontPx * EMS_IN_SENTENCES));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => pieces(long, limit))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (Array.from(longer).length > limit) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function pieces(word: string, size: number): string[] {
  const all = Array.from(word);
  const count = Math.max(1, Math.ceil(all.length / size));
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size).join(''));
}
