import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'emulator/**/*.test.ts', 'bench/**/*.test.ts'],
    testTimeout: 20_000,
    // Test files share a process, so modules are loaded once. Tests must not leave anything behind for others: the order is
    // random, and vitest prints its seed (`--sequence.seed` repeats it).
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    sequence: { shuffle: { files: true, tests: true } },
  },
});
