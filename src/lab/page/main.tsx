/**
 * The page of `handoff lab`, in the browser. The Makefile bundles this file and all that it imports
 * into one script (dist/src/lab/bundle/), which ../http/shell.ts puts into the page. Read app.tsx
 * next; stage.tsx has the moving pictures.
 */
import { render } from 'preact';
import './main.css';
import { App } from './app.js';

const place = document.getElementById('lab');
if (place) {
  place.replaceChildren();
  render(<App />, place);
}
