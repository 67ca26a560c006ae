import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommand } from '../../src/lab/commands.js';
import { MOST_CLIENTS } from '../../src/lab/protocol.js';

describe('a command of the page', () => {
  const right: readonly object[] = [
    { do: 'add', kind: 'steady', count: 10 },
    { do: 'chat' },
    { do: 'clear' },
    { do: 'pause' },
    { do: 'resume' },
    { do: 'restart' },
    { do: 'restart', model: 'iterative' },
    { do: 'lesson', lesson: 'burst' },
    { do: 'leave' },
    { do: 'set', settings: { thinkMs: 0, threads: 4 } },
  ];
  for (const command of right) {
    it(`is taken as it is: ${JSON.stringify(command)}`, () => {
      assert.deepEqual(parseCommand(JSON.stringify(command)), command);
    });
  }

  it('loses fields that it does not have', () => {
    assert.deepEqual(parseCommand('{"do":"clear","path":"/etc/passwd"}'), { do: 'clear' });
  });

  const wrong: readonly (readonly [text: string, why: RegExp])[] = [
    ['', /not JSON/],
    ['null', /no object/],
    ['{}', /no such command/],
    ['{"do":"toString"}', /no such command/],
    ['{"do":"add","kind":"speaker","count":1}', /no such kind/],
    ['{"do":"add","kind":"steady","count":0}', /count is no number from 1/],
    ['{"do":"add","kind":"steady","count":1.5}', /count is no number from 1/],
    [`{"do":"add","kind":"steady","count":${MOST_CLIENTS + 1}}`, /count is no number/],
    ['{"do":"restart","model":7}', /model is no text/],
    ['{"do":"lesson"}', /lesson is no text/],
    ['{"do":"set"}', /settings is no object/],
    ['{"do":"set","settings":{"service":"chat"}}', /no setting "service"/],
    ['{"do":"set","settings":{"__proto__x":1}}', /no setting/],
    ['{"do":"set","settings":{"threads":0}}', /threads is no number from 1/],
    ['{"do":"set","settings":{"threads":"8"}}', /threads is no number/],
  ];
  for (const [text, why] of wrong) {
    it(`is refused with a reason: ${text}`, () => {
      const refusal = parseCommand(text);
      assert.ok(typeof refusal === 'string' && why.test(refusal), JSON.stringify(refusal));
    });
  }
});
