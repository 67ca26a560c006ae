/** capitalize: text in upper case, right also when a character is cut between two chunks. */
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

/** Characters of one, two, three and four bytes; ß and ﬁ become two. */
const TEXT = 'Aß, ﬁn: žluťoučký kůň, ελλ, 文 😀 𐐨!';

underEveryModel('capitalize', (model) => {
  const server = sharedServer({ service: 'capitalize', model });

  it('answers each message in upper case', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('hello world', 'HELLO WORLD');
    await client.exchange('straße\r\n', 'STRASSE\r\n');
    await client.exchange('123 \0 \t', '123 \0 \t');
    client.halfClose();
    await client.expectEnd();
  });

  it('is right wherever a text is cut', async (t) => {
    const client = await connectClient(t, server);
    const bytes = Buffer.from(TEXT);
    for (let cut = 1; cut < bytes.length; cut++) {
      // The answer to the first part arrives before the second part is sent, so these are two
      // chunks.
      const complete = completeText(bytes.subarray(0, cut));
      await client.exchange(bytes.subarray(0, cut), complete.toUpperCase());
      await client.exchange(bytes.subarray(cut), TEXT.slice(complete.length).toUpperCase());
    }
    client.halfClose();
    await client.expectEnd();
  });

  it('is right when each byte arrives alone', async (t) => {
    const client = await connectClient(t, server);
    for (const character of TEXT) {
      await client.sendOneByOne(character);
      await client.expect(character.toUpperCase());
    }
    client.halfClose();
    await client.expectEnd();
  });

  it('answers invalid UTF-8 with replacement characters and stays open', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange(Buffer.of(0x61, 0xff, 0x62), 'A\ufffdB');
    await client.exchange('still right', 'STILL RIGHT');
  });

  it('answers a character that stays incomplete with one replacement character', async (t) => {
    const client = await connectClient(t, server);
    client.send(Buffer.concat([Buffer.from('a'), Buffer.from('😀').subarray(0, 3)]));
    client.halfClose();
    await client.expect('A\ufffd');
    await client.expectEnd();
  });

  it('answers a long text whose sender has closed its side', async (t) => {
    const client = await connectClient(t, server);
    const text = 'žluťoučký kůň '.repeat(20_000);
    client.send(text);
    client.halfClose();
    await client.expect(text.toUpperCase());
    await client.expectEnd();
  });
});

/** The characters that are complete in these bytes. */
function completeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
