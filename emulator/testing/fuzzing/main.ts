/**
 * `npm run fuzz -- [REQUESTS] [SEED]`: sends random and mutated requests of every command to the emulator, half of them
 * to the complete key.
 */
import type { PersonaId } from '../../personas/registry.ts';
import { Fuzzer } from './fuzzer.ts';

/** The share of the requests that each persona gets. */
const shares: [PersonaId, number][] = [
  ['touchstone-complete', 0.5],
  ['touchstone-key', 0.15],
  ['yubikey-bio', 0.15],
  ['google-titan-v2', 0.05],
  ['feitian-biopass', 0.05],
  ['apple-passwords', 0.1],
];
const [requests = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run fuzz -- [REQUESTS] [SEED]. Both are whole numbers.');
  process.exit(2);
}
const startedAt = performance.now();
const statuses = new Map<string, number>();
const violations: string[] = [];
for (const [persona, share] of shares) {
  const report = await new Fuzzer(persona, seed).run(Math.ceil(requests * share));
  for (const [status, count] of report.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
  violations.push(...report.violations.map((violation) => `${persona}: ${violation}`));
  console.log(`${persona.padEnd(20)} ${report.requests} requests, ${report.violations.length} violations`);
}
for (const [status, count] of [...statuses].sort(([, a], [, b]) => b - a))
  console.log(`  ${status.padEnd(36)} ${count}`);
console.log(`${Math.round((performance.now() - startedAt) / 1000)} s, seed ${seed}`);
for (const violation of violations) console.error(violation);
process.exitCode = violations.length > 0 ? 1 : 0;
