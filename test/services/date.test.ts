import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { microsecondsOf, now, wallClock, type Instant } from '../../src/services/clock.js';
import { datagram, formatTime } from '../../src/services/date.js';
import { DEFAULT_OPTIONS } from '../support/service-options.js';

/** @param time local time, as Date understands it */
function at(time: string, microseconds = 0): Instant {
  const date = new Date(time);
  return { date, epochUs: date.getTime() * 1000 + microseconds };
}

describe('formatTime', () => {
  // A zone with summer time. The expected texts are from Python's strftime in the C locale.
  const { TZ } = process.env;
  before(() => {
    process.env.TZ = 'Europe/Berlin';
  });
  after(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });

  const AFTERNOON = '2024-02-29T15:04:05';

  for (const [format, expected] of [
    ['', ''],
    ['no directive', 'no directive'],
    ['%Y-%m-%d %H:%M:%S', '2024-02-29 15:04:05'],
    ['%y/%m/%d', '24/02/29'],
    ['%I:%M %p', '03:04 PM'],
    ['%a %A %w %u', 'Thu Thursday 4 4'],
    ['%b %B', 'Feb February'],
    ['%j', '060'],
    ['%U %W', '08 09'],
    ['%G-W%V-%u', '2024-W09-4'],
    ['%c', 'Thu Feb 29 15:04:05 2024'],
    ['%x', '02/29/24'],
    ['%X', '15:04:05'],
    ['%z', '+0100'],
    ['%g', '24'],
    ['%Z', 'CET'],
    ['%L %v', '%L %v'],
    ['%f', '000042'],
    ['%H:%M:%S.%f', '15:04:05.000042'],
    ['%%', '%'],
    ['%%f', '%f'],
    ['%%%f', '%000042'],
    ['%f%f', '000042000042'],
    ['%%Y', '%Y'],
    ['%', '%'],
    ['100%', '100%'],
    ['%Q', '%Q'],
    ['%é', '%é'],
    ['%\n', '%\n'],
    ['%::z', '%::z'],
    ['%:z %o %q', '%:z %o %q'],
    ['%-d.%-m. %-I %-j', '29.2. 3 60'],
    ['%_m|%_I|%0e|%_j', ' 2| 3|29| 60'],
    ['%^a %^B %^c', 'THU FEBRUARY THU FEB 29 15:04:05 2024'],
    ['%#a %#b %#p %#Z', 'THU FEB pm cet'],
    ['%5d|%_5d|%-5d|%05e|%5e', '00029|   29|   29|00029|   29'],
    ['%10A|%010a|%^10b', '  Thursday|0000000Thu|       FEB'],
    ['%Ey %EY %Ec %EC %Ex %EX', '24 2024 Thu Feb 29 15:04:05 2024 20 02/29/24 15:04:05'],
    ['%Od %OH %OI %Om %OM %OS %Oy', '29 15 03 02 04 05 24'],
    ['%E %O %Ed %OY %EEd', '%E %O %Ed %OY %EEd'],
    ['%-Q %^ %-', '%-Q %^ %-'],
    ['%999999999d', '%999999999d'],
    ['ž %Y\r\n', 'ž 2024\r\n'],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(format)}`, () => {
      assert.equal(formatTime(format, at(AFTERNOON, 42)), expected);
    });
  }

  for (const [time, format, expected] of [
    ['2024-01-01T00:00:00', '%j %U %W %G %V', '001 00 01 2024 01'],
    ['2024-12-31T23:59:59', '%j %U %W %G %V', '366 52 53 2025 01'],
    ['2023-01-01T12:00:00', '%j %U %W %G %V', '001 01 00 2022 52'],
    ['2021-01-03T12:00:00', '%j %U %W %G %V', '003 01 00 2020 53'],
    ['2024-07-01T00:30:00', '%j %z', '183 +0200'],
    ['2024-07-01T23:30:00', '%j', '183'],
    ['2024-07-01T00:30:00', '%I %p', '12 AM'],
    ['2024-07-01T12:30:00', '%I %p', '12 PM'],
    ['2024-07-01T12:30:00', '%c', 'Mon Jul  1 12:30:00 2024'],
  ] as const) {
    it(`makes ${JSON.stringify(expected)} of ${format} at ${time}`, () => {
      assert.equal(formatTime(format, at(time)), expected);
    });
  }

  for (const [zone, name] of [
    ['UTC', 'UTC'],
    ['Europe/London', 'BST'],
    ['America/New_York', 'EDT'],
    ['Europe/Istanbul', '+03'],
    ['Asia/Kathmandu', '+0545'],
  ] as const) {
    it(`calls the zone ${zone} ${name} in summer`, () => {
      process.env.TZ = zone;
      assert.equal(formatTime('%Z', at('2024-07-01T12:00:00')), name);
      process.env.TZ = 'Europe/Berlin';
    });
  }
});

describe('the clock', () => {
  it('gives six digits after the second, whatever their value', () => {
    for (const [epochUs, digits] of [
      [1_700_000_000_000_000, '000000'],
      [1_700_000_000_000_001, '000001'],
      [1_700_000_000_999_999, '999999'],
    ] as const) {
      assert.equal(microsecondsOf({ date: new Date(epochUs / 1000), epochUs }), digits);
    }
  });

  it('gives date and microseconds of one instant', () => {
    const { date, epochUs } = now();
    assert.equal(date.getTime(), Math.floor(epochUs / 1000));
  });
});

describe('the time of day', () => {
  const HOUR_MS = 3_600_000;

  for (const [direction, stepMs] of [
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const) {
    it(`follows the wall clock when that is set ${direction} by an hour`, async (t) => {
      now();
      const wallMs = Date.now() + stepMs;
      t.mock.method(Date, 'now', () => wallMs);
      const { date, epochUs } = now();
      assert.equal(date.getTime(), wallMs);
      assert.equal(Math.floor(epochUs / 1000), wallMs);
      const answered = datagram.answer(Buffer.from('%s'), undefined, { options: DEFAULT_OPTIONS });
      const { reply } = await answered;
      assert.equal(reply, String(Math.floor(wallMs / 1000)));
    });
  }

  it('has the millisecond of the wall clock, and never goes back within it', () => {
    const steps = fc.array(fc.record({ byMs: fc.float({ min: 0, max: 3, noNaN: true }) }));
    const property = fc.property(steps, fc.constantFrom(-5, 0, 7.3), (all, aheadMs) => {
      let elapsedMs = 0;
      const wallMs = () => Math.floor(1e12 + elapsedMs);
      const clock = wallClock(wallMs, () => 1e12 + aheadMs + elapsedMs);
      let before = clock();
      for (const { byMs } of all) {
        elapsedMs += byMs;
        const instant = clock();
        assert.equal(instant.date.getTime(), wallMs());
        assert.equal(Math.floor(instant.epochUs / 1000), wallMs());
        assert.ok(instant.epochUs >= before.epochUs);
        before = instant;
      }
    });
    fc.assert(property);
  });
});
