/**
 * The project's documents as tests see them: their fenced code, links, headings and the paths they
 * name. Pure, except for reading the files; used by test/documents.test.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, seen from dist/test/support/. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Document {
  /** Relative to the repository: `docs/logs.md`. */
  readonly path: string;
  readonly text: string;
}

/** README, CONTRIBUTING, CHANGELOG and every page of docs/. */
export function allDocuments(): Document[] {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const paths = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...pages.map((name) => `docs/${name}`),
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The content of all code fences of one language, in order. */
export function fences({ text }: Document, language: string): string[] {
  const pattern = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(pattern)].map(([, code = '']) => code);
}

/** The commands of all `sh` fences: one a line, without the comment behind it. */
export function commandsOf(document: Document): string[] {
  return fences(document, 'sh')
    .flatMap((code) => code.split('\n'))
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter((line) => line !== '');
}

/** The targets of all links and pictures, without those of the web. */
export function linksOf({ text }: Document): { readonly file: string; readonly anchor: string }[] {
  return [...withoutCode(text).matchAll(/\]\(([^()\s#]*)(?:#([^()\s]*))?\)/g)]
    .map(([, file = '', anchor = '']) => ({ file, anchor }))
    .filter(({ file }) => !/^\w+:/.test(file));
}

/** The anchors that GitHub gives to the headings. */
export function anchorsOf({ text }: Document): string[] {
  return [...withoutFences(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * The paths of source files and folders that stand in the text: `src/cli.ts`,
 * `models/iterative.ts`, `docs/`.
 */
export function pathsOf({ text }: Document): string[] {
  const files = text.match(
    /(?<![\w/.:~-])(?:[\w-]+\/)+[\w.-]+\.(?:ts|cjs|c|py|json|md|svg)\b(?![\w/])/g,
  );
  const folders = text.match(
    /(?<![\w/.:~-])(?:src|workers|bench|test|docs)\/(?:[\w-]+\/)*(?![\w.<-])/g,
  );
  return [...new Set([...(files ?? []), ...(folders ?? [])])];
}

function withoutFences(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}

function withoutCode(text: string): string {
  return withoutFences(text).replace(/`[^`\n]*`/g, '');
}
