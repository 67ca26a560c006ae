/** The file of a model, over the page; the lab serves no files, so it came with the setup. */
import { useEffect, useRef } from 'preact/hooks';
import type { ModelView } from '../protocol.js';

interface SourceProps {
  readonly model: ModelView;
  readonly onClose: () => void;
}

export function Source({ model, onClose }: SourceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="source-title" onClose={onClose}>
      <header>
        <h2 id="source-title">{model.path}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          close
        </button>
      </header>
      <pre tabIndex={0}>{model.source}</pre>
    </dialog>
  );
}
