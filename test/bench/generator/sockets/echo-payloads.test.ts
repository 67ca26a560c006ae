/** What echo clients send, and which wrong answers they detect. */
import assert from 'node:assert/strict';
import koffi from 'koffi';
import { describe, it } from 'node:test';
import { EchoPayloads } from '../../../../bench/generator/sockets/echo-payloads.js';

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 32, 64, 1024, 4100, 4101];

/** A copy of the client's current request. */
function requestOf(payloads: EchoPayloads, client: number): Uint8Array {
  return new Uint8Array(koffi.view(payloads.addressOf(client), payloads.requestBytes)).slice();
}

/** Whether the bytes are accepted as the right answer from `offset` on. */
function accepts(payloads: EchoPayloads, client: number, bytes: Uint8Array, offset = 0): boolean {
  const buffer = new Uint8Array(Math.ceil((bytes.length + 1) / 4) * 4).fill(0xff);
  buffer.set(bytes);
  return payloads.matches(client, offset, bytes.length, buffer, new Int32Array(buffer.buffer));
}

describe('an echo payload', () => {
  it('has the given size, is text, and ends in a newline from 2 bytes on', () => {
    for (const size of SIZES) {
      const text = Buffer.from(requestOf(new EchoPayloads(3, size), 2)).toString('latin1');
      assert.match(text, size === 1 ? /^[0-o]$/ : /^[0-o]+\n$/);
      assert.equal(text.length, size);
    }
  });

  it('is accepted whole and in pieces of any size', () => {
    for (const size of SIZES) {
      const payloads = new EchoPayloads(2, size);
      const request = requestOf(payloads, 1);
      assert.ok(accepts(payloads, 1, request));
      for (let cut = 1; cut < size; cut += size > 100 ? 97 : 1) {
        assert.ok(accepts(payloads, 1, request.subarray(0, cut)));
        assert.ok(accepts(payloads, 1, request.subarray(cut), cut));
      }
    }
  });

  it('is rejected with any of its bytes changed', () => {
    for (const size of SIZES) {
      const payloads = new EchoPayloads(2, size);
      const request = requestOf(payloads, 1);
      for (let place = 0; place < size; place++) {
        request[place] = (request[place] ?? 0) ^ 1;
        assert.ok(!accepts(payloads, 1, request), `${size} bytes, changed at ${place}`);
        request[place] = (request[place] ?? 0) ^ 1;
      }
    }
  });

  it('differs from the 63 payloads before it, and from 3 bytes on from many more', () => {
    for (const size of SIZES) {
      const payloads = new EchoPayloads(2, size);
      const before: string[] = [];
      for (let request = 0; request < 200; request++) {
        payloads.advance(1);
        const text = requestOf(payloads, 1).toString();
        assert.ok(
          !before.slice(size < 3 ? -63 : 0).includes(text),
          `${size} bytes, request ${request}`,
        );
        before.push(text);
      }
    }
  });

  it('differs from client to client', () => {
    for (const size of SIZES) {
      const clients = size < 3 ? 64 : 1000;
      const payloads = new EchoPayloads(clients, size);
      const texts = Array.from({ length: clients }, (_, client) =>
        requestOf(payloads, client).toString(),
      );
      assert.equal(new Set(texts).size, clients, `${size} bytes`);
    }
  });

  it('never equals a payload of another client, from 9 bytes on', () => {
    const payloads = new EchoPayloads(100, 9);
    const seen = new Set<string>();
    for (let request = 0; request < 300; request++) {
      for (let client = 0; client < 100; client++) {
        payloads.advance(client);
        seen.add(requestOf(payloads, client).toString());
      }
    }
    assert.equal(seen.size, 30_000);
  });

  it('reveals swapped pieces and pieces of an older payload', () => {
    const payloads = new EchoPayloads(2, 100_000);
    const older = requestOf(payloads, 1);
    payloads.advance(1);
    const request = requestOf(payloads, 1);
    for (let start = 0; start + 8192 <= request.length; start += 4096) {
      const swapped = request.slice();
      swapped.copyWithin(start, start + 4096, start + 8192);
      assert.ok(!accepts(payloads, 1, swapped));
      const stale = request.slice();
      stale.set(older.subarray(start, start + 4101), start);
      assert.ok(!accepts(payloads, 1, stale));
    }
  });

  it('rejects an invalid size', () => {
    for (const size of [0, -1, 1.5, NaN, 2 ** 30 + 1])
      assert.throws(() => new EchoPayloads(1, size), /1 to \d+ bytes/);
  });
});
