/** Generated attacks on a web server: paths that try to leave its root, and malformed requests. */
import { get } from './http.js';

/** Two dots, in every writing that some server has taken for them. */
const DOTS = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2e.',
  '%2E%2E',
  '%252e%252e',
  '%c0%ae%c0%ae',
  '%c0%2e%c0%2e',
  '%e0%80%ae%e0%80%ae',
  '%uff0e%uff0e',
  '%u002e%u002e',
  '..%00',
  '..;',
  '....',
  '..%20',
  '..%ff',
  '%ef%bc%8e%ef%bc%8e',
  '.?.',
];
/** A separator, likewise. */
const SLASHES = [
  '/',
  '%2f',
  '%2F',
  '%252f',
  '%5c',
  '\\',
  '%c0%af',
  '%c1%9c',
  '//',
  '/./',
  '%u2215',
  '%ef%bc%8f',
  '%00/',
];
const STARTS = ['/', '/sub/', '/out/', '//', '/sub/deep/', 'http://here/'];
const GOALS = ['secret.txt', 'www-secret/s', 'etc/passwd', '.env', '', '%00.html', '.git/config'];

export function traversalTargets(): string[] {
  return STARTS.flatMap((start) =>
    DOTS.flatMap((dots) =>
      SLASHES.flatMap((slash) => GOALS.map((goal) => `${start}${dots}${slash}${goal}`)),
    ),
  );
}

/** The characters that a token must not have, without CR and LF, which end a line. */
const NO_TOKEN = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => !/[!#$%&'*+\-.^_`|~0-9A-Za-z:\r\n]/.test(character),
);
const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => !'\t\r\n'.includes(character),
);
const NO_LENGTHS = [
  '-1',
  '+1',
  '0x1',
  '1e1',
  '1.0',
  '1 1',
  '1, 2',
  '1,1',
  'one',
  '',
  '1;',
  '"1"',
  '1\x0b',
  '\xa01',
];
const NO_CHUNKS = ['-1', '+1', '0x1', '1 ', ' 1', 'g', '', '1\t', '123456789', '1;\x00', '\xb9'];
const NO_CODINGS = [
  'gzip',
  'chunked, chunked',
  'gzip, chunked',
  'identity',
  'xchunked',
  'chunked;q=1',
  '"chunked"',
  ',chunked',
];
const NO_LINES = [
  'GET',
  'GET /',
  'GET / HTTP',
  'GET / HTTP/1',
  'GET / HTTP/2.0',
  'GET / HTTP/0.9',
  'GET / HTTP/1.1 x',
  'GET  / HTTP/1.1',
  'GET / / HTTP/1.1',
  ' GET / HTTP/1.1',
  'get / HTTP/1.1',
  'GET / http/1.1',
  'GET\t/ HTTP/1.1',
  'GET / HTTP/1.1\t',
  'BREW / HTTP/1.1',
  'CONNECT here:80 HTTP/1.1',
  'GET / HTTP/11',
  'GET / HTTP/1.10',
];
const NO_HOSTS = ['', 'Host: a\r\nHost: b\r\n', 'Host: a b\r\n', 'Host: a/b\r\n', 'Host: a@b\r\n'];

export function malformedRequests(): string[] {
  return [
    ...NO_TOKEN.map((character) => get('/', `X${character}Y: z\r\n`)),
    ...CONTROLS.map((character) => get('/', `X: a${character}b\r\n`)),
    ...CONTROLS.map((character) => `GET /${character} HTTP/1.1\r\nHost: here\r\n\r\n`),
    ...CONTROLS.map((character) => `GET / HTTP/1.1\r\nHost: a${character}b\r\n\r\n`),
    ...NO_LENGTHS.map((length) => get('/', `Content-Length: ${length}\r\n`)),
    ...NO_LENGTHS.map((length) => get('/', `Content-Length: 1\r\nContent-Length: ${length}\r\n`)),
    ...NO_CHUNKS.map((size) => `${get('/', 'Transfer-Encoding: chunked\r\n')}${size}\r\n`),
    ...NO_CODINGS.map((coding) => get('/', `Transfer-Encoding: ${coding}\r\n`)),
    ...NO_LINES.map((line) => `${line}\r\nHost: here\r\n\r\n`),
    ...NO_HOSTS.map((fields) => `GET / HTTP/1.1\r\n${fields}\r\n`),
    get('/', 'Transfer-Encoding: chunked\r\nContent-Length: 1\r\n'),
    get('/', 'X: a\n'),
    get('/', ' folded: a\r\n'),
    get('/', 'no colon\r\n'),
    get('/', 'Content-Length : 1\r\n'),
    get('/', 'Transfer-Encoding : chunked\r\n'),
    get('/', 'Connection : close\r\n'),
    get('/', ': no name\r\n'),
    get('/', `X: ${'a'.repeat(20_000)}\r\n`),
    get(`/${'a'.repeat(9000)}`),
    get('/', 'X: y\r\n'.repeat(200)),
    get('/', 'Content-Length: 99999999\r\n'),
    get('/', 'Expect: a miracle\r\n'),
  ];
}
