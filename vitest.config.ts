import { defineConfig } from 'vitest/config';
import { LongFilesFirst } from './src/testing/long-files-first.ts';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'emulator/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 20_000,
    // A condition is met in milliseconds; on a loaded machine, the default of one second is too short for a browser.
    expect: { poll: { timeout: 10_000 } },
    // This package imports JSON without an import attribute, which Node.js requires.
    server: { deps: { inline: ['@actions/workflow-parser'] } },
    // Test files share a process, so modules are loaded once. Tests must not leave anything behind for others, and must not depend
    // on their order: it is shuffled, here with a fixed seed, in the nightly workflow with a new one (`--sequence.seed=NUMBER`).
    pool: 'threads',
    isolate: false,
    maxWorkers: 3, // on 2 processors: a worker whose test waits for a browser or a process leaves its processor to the others
    sequence: { shuffle: { files: true, tests: true }, seed: 1, sequencer: LongFilesFirst },
  },
});
