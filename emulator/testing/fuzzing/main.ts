/** `npm run fuzz -- [REQUESTS] [SEED]`: the emulator under random and mutated requests of every command, half on the complete key. */

import type { PersonaId } from '../../personas/registry.ts';
import { Fuzzer } from './fuzz.ts';

const shares: [PersonaId, number][] = [
  ['touchstone-complete', 0.5],
  ['touchstone-key', 0.15],
  ['yubikey-bio', 0.15],
  ['google-titan-v2', 0.1],
  ['apple-passwords', 0.1],
];
const [requests = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error('usage: npm run fuzz -- [REQUESTS] [SEED], both whole numbers');
  process.exit(2);
}
const begun = performance.now();
const statuses = new Map<string, number>();
const offences: string[] = [];
for (const [persona, share] of shares) {
  const report = await new Fuzzer(persona, seed).fire(Math.ceil(requests * share));
  for (const [status, count] of report.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
  offences.push(...report.offences.map((offence) => `${persona}: ${offence}`));
  console.log(`${persona.padEnd(20)} ${report.requests} requests, ${report.offences.length} offences`);
}
for (const [status, count] of [...statuses].sort(([, a], [, b]) => b - a))
  console.log(`  ${status.padEnd(36)} ${count}`);
console.log(`${Math.round((performance.now() - begun) / 1000)} s, seed ${seed}`);
for (const offence of offences) console.error(offence);
process.exitCode = offences.length > 0 ? 1 : 0;
