import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { descriptorLimit, sampleProcess } from '../../../bench/lib/process-stats.js';

describe('sampleProcess', { skip: process.platform !== 'linux' && 'there is no /proc' }, () => {
  it('agrees with what Node reports of this process', () => {
    const sample = sampleProcess(process.pid);
    assert.ok(sample);
    const { user, system } = process.cpuUsage();
    assert.ok(Math.abs(sample.cpuMs - (user + system) / 1e3) < 1000);
    const ratio = sample.rssBytes / process.memoryUsage.rss();
    assert.ok(ratio > 0.5 && ratio < 2);
    assert.ok(sample.threads > 1);
    assert.ok(sample.descriptors > 3);
  });

  it('is undefined for a process that does not exist', () => {
    assert.equal(sampleProcess(2 ** 30), undefined);
  });

  it('reads the limit on descriptors', () => {
    assert.ok(descriptorLimit() > 100);
  });
});
