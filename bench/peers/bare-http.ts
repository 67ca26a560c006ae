/**
 * Web server in Node: `node:http`, and the one page in memory.
 *
 * Compared with it, our web service shows what files, paths and content types cost.
 * Read next: web_threading.py, which serves the page from the folder, as our service does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PAGE_PATH, readPage } from '../lib/page.js';

const page = readPage();

const server = createServer((request, response) => {
  if (request.url !== PAGE_PATH) {
    response.writeHead(404, { 'Content-Length': 0 }).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': page.length }).end(page);
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log((server.address() as AddressInfo).port);
});
