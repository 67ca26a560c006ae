/**
 * The page as one HTML document: the bundle of page/, its style sheet and the colours of all
 * pictures, inline. Read once, when the lab starts. `make build` bundles it; see ../page/main.tsx.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StartError } from '../../base/errors.js';
import { THEME_CSS } from '../../plots/theme.js';

const FOLDER = new URL('../bundle/', import.meta.url);

interface Shell {
  readonly html: string;
  /** The value of Content-Security-Policy: this script, this style, requests to the lab alone. */
  readonly policy: string;
}

/** @throws StartError if the page has not been built */
export function readShell(): Shell {
  // A script must not contain what ends it.
  const script = read('main.js').replaceAll('</script', '<\\/script');
  const style = `${THEME_CSS}\n${read('main.css')}`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    // Preact sets single properties, which the policy does not concern.
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<title>handoff lab</title>
<!-- With Preact, (c) Jason Miller, under the MIT licence. -->
<style>${style}</style>
</head>
<body>
<div id="lab"><noscript>The lab needs JavaScript.</noscript></div>
<script>${script}</script>
</body>
</html>
`;
  return { html, policy };
}

function read(name: string): string {
  const path = fileURLToPath(new URL(name, FOLDER));
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`the page is not built: there is no ${path}; run make build`, {
      cause: error,
    });
  }
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
