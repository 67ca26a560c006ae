/**
 * Text for pictures: SVG neither wraps nor measures text, so these pure functions do. Names and
 * errors may contain any character, and a saved SVG is XML, which forbids some.
 */

/** Wide for most fonts, so that the real text is narrower. */
const EMS_PER_CHARACTER = 0.62;
/** Sentences are narrower on average: they have spaces, i and l. */
const EMS_IN_SENTENCES = 0.58;

/**
 * Replaces line breaks, characters that XML forbids, and no-break spaces, whose entity XML lacks.
 */
export function clean(text: string): string {
  return text
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/[^\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u007f-\u009f]/gu, '\ufffd')
    .trim();
}

/** Ends a text that is too long with an ellipsis. */
export function shortened(text: string, characters: number): string {
  const all = Array.from(text);
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}

/** Estimates the width of a text in pixels. */
export function widthOf(text: string, fontPx: number): number {
  return Array.from(text).length * fontPx * EMS_PER_CHARACTER;
}

/** Wraps a text into lines of at most `widthPx`; breaks words that are longer than a line. */
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
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * size, (index + 1) * size).join(''),
  );
}
