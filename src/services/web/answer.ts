/**
 * From a request to its answer: from the cache, or by looking up the target. Each thread has one
 * site for all its clients. Read resolve.ts for the way to a file, conversation.ts for sending.
 */
import { closeSync, readSync } from 'node:fs';
import { CachedFile, FileCache, MAX_CACHED_FILE_BYTES } from './cache.js';
import { FileVersion } from './file.js';
import { listingOf } from './listing.js';
import { ONLY_READING, refusal, type Refusal, type Request } from './request.js';
import {
  entriesPath,
  isStillThere,
  refusalFor,
  resolve,
  type FoundFile,
  type FoundFolder,
} from './resolve.js';
import { refusalAnswer, textAnswer } from './response.js';
import { bytesOf, parseTarget, pathOf, type TargetPath } from './target.js';
import { Transfer } from './transfer.js';

export class Site {
  readonly #root: string;
  readonly #cache = new FileCache();

  /** @param root an absolute path */
  constructor(root: string) {
    this.#root = bytesOf(root);
  }

  /**
   * Returns the bytes of an answer, or a transfer, which has a file open until it is sent or
   * closed.
   * @throws any error that is not the file system's
   */
  answer(request: Request): Buffer | Transfer {
    const { method, target } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      return refusalAnswer(refusal(405, ONLY_READING), request);
    }
    const queryAt = target.indexOf('?');
    const path = queryAt === -1 ? target : target.slice(0, queryAt);
    const cached = this.#cache.find(path);
    if (cached) return fromCache(cached, request);
    const parsed = parseTarget(path);
    if (parsed.kind === 'refusal') return refusalAnswer(parsed, request);
    return this.#lookUp(parsed, path, queryAt === -1 ? '' : target.slice(queryAt), request);
  }

  /**
   * The answer to a request without conditions, if one is prepared and its file unchanged.
   * Undefined: see {@link answer}. Once a second that makes an answer with a new Date. If it were
   * made here, V8 would throw the code for this function away the first time.
   */
  preparedAnswer(request: Request): Buffer | undefined {
    return isPlain(request) ? this.#cache.find(request.target)?.preparedAnswer() : undefined;
  }

  #lookUp(parsed: TargetPath, target: string, query: string, request: Request): Buffer | Transfer {
    const readAtMs = Date.now();
    const found = resolve(this.#root, parsed);
    switch (found.kind) {
      case 'refusal':
        return refusalAnswer(found, request);
      case 'folder':
        return list(found, parsed, request);
      case 'slashless':
        return redirect(parsed, query, request);
      case 'file':
        return this.#read(found, target, readAtMs, request);
    }
  }

  #read(found: FoundFile, target: string, readAtMs: number, request: Request): Buffer | Transfer {
    const { path, fd, stats } = found;
    if (stats.size > MAX_CACHED_FILE_BYTES) {
      const plan = new FileVersion(path, stats).plan(request);
      if (plan.range.end > 0) return new Transfer(fd, plan);
      closeSync(fd);
      return plan.head;
    }
    const body = readWhole(fd, stats.size);
    if ('kind' in body) return refusalAnswer(body, request);
    const file = new CachedFile(found, body);
    this.#cache.keep(target, file, stats, readAtMs);
    return fromCache(file, request);
  }
}

function fromCache(file: CachedFile, request: Request): Buffer {
  if (isPlain(request)) return file.plainAnswer(request);
  const { head, range } = file.version.plan(request);
  return range.end === 0 ? head : Buffer.concat([head, file.body.subarray(range.start, range.end)]);
}

/** Whether the answer depends on the file alone, so that it can be prepared. */
function isPlain({ method, minorVersion, keepAlive, fields }: Request): boolean {
  return fields === undefined && method === 'GET' && keepAlive && minorVersion > 0;
}

/**
 * Reads and closes a file. A file that has become shorter is being written: a retry may succeed.
 */
function readWhole(fd: number, size: number): Buffer | Refusal {
  const body = Buffer.allocUnsafeSlow(size);
  try {
    for (let at = 0; at < size;) {
      const filled = readSync(fd, body, at, size - at, at);
      if (filled === 0) return refusal(503, 'the file is being changed');
      at += filled;
    }
    return body;
  } catch (error) {
    return refusalFor(error as NodeJS.ErrnoException);
  } finally {
    closeSync(fd);
  }
}

/** Lists and closes a folder. */
function list(folder: FoundFolder, { names }: TargetPath, request: Request): Buffer {
  try {
    const page = listingOf(entriesPath(folder), names);
    if (!isStillThere(folder))
      return refusalAnswer(refusal(503, 'the folder is being changed'), request);
    return textAnswer(200, 'Content-Type: text/html; charset=utf-8\r\n', page, request);
  } catch (error) {
    return refusalAnswer(refusalFor(error as NodeJS.ErrnoException), request);
  } finally {
    closeSync(folder.fd);
  }
}

/** Redirects to the folder's path with a slash, to which the links in its page are relative. */
function redirect({ names }: TargetPath, query: string, request: Request): Buffer {
  const location = `Location: ${pathOf(names, true)}${VISIBLE.test(query) ? query : ''}\r\n`;
  return refusalAnswer(refusal(301, 'a folder ends in a slash'), request, location);
}

const VISIBLE = /^[\x21-\x7e]*$/;
