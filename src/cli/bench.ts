/** `handoff bench`: experiments with the models under load. Read ../../bench/run.ts next. */
import type { CommandModule } from 'yargs';
import { benchBuilder, benchOptions, type BenchArguments } from '../../bench/options.js';

export const benchCommand: CommandModule<object, BenchArguments> = {
  command: 'bench',
  describe: 'compare the models under load',
  builder: benchBuilder,
  async handler(args) {
    const { runBench } = await import('../../bench/run.js');
    process.exitCode = await runBench(benchOptions(args));
  },
};
