import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Recording, RECORDED_EVERY_MS, RECORDED_MS } from '../../src/lab/page/recording.js';

/** Frames of twenty a second, for as long as given. */
function recordingOf(lengthMs: number): Recording {
  const recording = new Recording();
  for (let atMs = 0; atMs <= lengthMs; atMs += 50) recording.add(atMs, JSON.stringify({ atMs }));
  return recording;
}

describe("the page's recording", () => {
  it('keeps two minutes and no more, however long the page is open', () => {
    const hour = 3_600_000;
    const recording = recordingOf(hour);
    assert.ok(recording.count <= RECORDED_MS / RECORDED_EVERY_MS + 1);
    assert.equal(recording.fromMs, hour - RECORDED_MS);
  });

  it('finds the frame of a time, and the nearest beyond its ends', () => {
    const recording = recordingOf(1000);
    assert.equal(recording.at(500)?.atMs, 500);
    assert.equal(recording.at(560)?.atMs, 500);
    assert.equal(recording.at(-1)?.atMs, 0);
    assert.equal(recording.at(99_999)?.atMs, 1000);
    assert.equal(new Recording().at(0), undefined);
  });

  it('begins anew with a lab whose clock does', () => {
    const recording = recordingOf(1000);
    recording.add(10, '{"atMs":10}');
    assert.deepEqual([recording.count, recording.fromMs], [1, 10]);
  });
});
