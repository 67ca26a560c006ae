/** Only the lab's own page may ask, whatever another page makes a browser send. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';
import { refusalOf } from '../../src/lab/http/access.js';

const PORT = 7000;
const TOKEN = 'f00d';
const page = { host: `127.0.0.1:${PORT}` };
const own = { ...page, origin: `http://127.0.0.1:${PORT}` };

function refusal(method: string, headers: IncomingHttpHeaders, token = TOKEN): string | undefined {
  return refusalOf({ method, url: `/commands?token=${token}`, headers }, PORT, TOKEN);
}

describe('the access to the lab', () => {
  it('is open to its page, under both names of the machine itself', () => {
    assert.equal(refusal('GET', page), undefined);
    assert.equal(refusal('POST', own), undefined);
    const named = { host: `localhost:${PORT}`, origin: `http://localhost:${PORT}` };
    assert.equal(refusal('POST', named), undefined);
    assert.equal(refusal('GET', { ...page, 'sec-fetch-site': 'none' }), undefined);
    assert.equal(refusal('POST', { ...own, 'sec-fetch-site': 'same-origin' }), undefined);
  });

  it('is closed without the token', () => {
    for (const token of ['', 'f00', 'f00d0', 'F00D', '☃'])
      assert.match(refusal('GET', page, token) ?? '', /token/);
  });

  it('is closed to another origin, and to a POST without one', () => {
    for (const origin of [
      'http://evil.example',
      'null',
      `http://127.0.0.1:${PORT + 1}`,
      `https://127.0.0.1:${PORT}`,
      `http://127.0.0.1:${PORT}.evil.example`,
    ]) {
      assert.match(refusal('POST', { ...page, origin }) ?? '', /another page/, origin);
      assert.match(refusal('GET', { ...page, origin }) ?? '', /another page/, origin);
    }
    assert.match(refusal('POST', page) ?? '', /another page/);
    assert.match(refusal('DELETE', page) ?? '', /another page/);
  });

  it('is closed to another page that only links here', () => {
    for (const site of ['cross-site', 'same-site'])
      assert.match(refusal('GET', { ...page, 'sec-fetch-site': site }) ?? '', /another page/);
  });

  it('is closed to a name that another site has pointed here', () => {
    for (const host of ['evil.example', `evil.example:${PORT}`, '127.0.0.1', '', undefined])
      assert.match(refusal('GET', { host }) ?? '', /another host/);
  });
});
