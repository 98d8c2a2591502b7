/** `npm run bench` runs all benchmarks; `npm run bench -- NAME ...` runs some. Absolute figures depend on the machine; compare the ratios. */
import { benchGetAssertion, benchStored } from './get-assertion.ts';
import { benchHost } from './host.ts';
import { benchMakeCredential } from './make-credential.ts';
import { benchMemory } from './memory.ts';
import { benchNid, type Comparison } from './nid.ts';
import { benchPage } from './page.ts';
import { benchRegistrations } from './registrations.ts';
import { benchTransports, makeCredential } from './transports.ts';

const number = (value: number, digits = 0) =>
  value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const formatComparison = (what: string, { perSecond, theirsPerSecond, faster }: Comparison) =>
  `${what.padEnd(42)}${number(perSecond)}/s, theirs ${number(theirsPerSecond)}/s   ${number(faster, 2)}x as fast`;

const benches: Record<string, () => Promise<string[]>> = {
  async 'make-credential'() {
    const { perSecond, barePerSecond, slowdown } = await benchMakeCredential();
    return [
      `makeCredential ES256 packed, in process   ${number(perSecond)}/s`,
      `node:crypto key pair + signature          ${number(barePerSecond)}/s`,
      `slower than bare by                       ${number(slowdown, 2)}x   (target: within 1.5x)`,
    ];
  },
  async 'get-assertion'() {
    const { perSecond, signPerSecond, slowdown } = await benchGetAssertion();
    return [
      `getAssertion ES256, in process            ${number(perSecond)}/s`,
      `node:crypto signature                     ${number(signPerSecond)}/s`,
      `slower than signing by                    ${number(slowdown, 2)}x   (target: within 2x)`,
    ];
  },
  async stored() {
    const { stored, getAssertion, makeCredential } = await benchStored();
    const formatSlowdown = (what: string, { full, empty }: typeof getAssertion) =>
      `${what.padEnd(16)}${number(full, 2)}x slower   (target: within 1.10x; another empty key: ${number(empty, 2)}x)`;
    return [
      `with ${number(stored)} credentials stored, against an empty key`,
      formatSlowdown('getAssertion', getAssertion),
      formatSlowdown('makeCredential', makeCredential),
    ];
  },
  async nid() {
    const figures = await benchNid();
    if (!figures)
      return [
        `nid-webauthn-emulator could not be measured on Node ${process.version}: it did not end in time; its export of JSON Web Keys can deadlock below Node 22`,
      ];
    return [
      'against nid-webauthn-emulator, in process, ES256, nothing stored',
      formatComparison('makeCredential, none in both', figures.makeNone),
      formatComparison('makeCredential, ours packed, theirs none', figures.makePacked),
      formatComparison('getAssertion', figures.get),
    ];
  },
  async registrations() {
    return [`client + emulator + verification + store  ${number(await benchRegistrations())} registrations/s`];
  },
  async page() {
    const figures = await benchPage();
    return [
      `create() in pages of one Chromium, PIN and touch instant, n=${figures[0]?.n} each`,
      ...figures.map(
        ({ name, p50, p95, ratio }) =>
          `${name.padEnd(40)}p50 ${number(p50, 1)} ms   p95 ${number(p95, 1)} ms   ${number(ratio, 2)}x Playwright`,
      ),
      'target: with PIN at most 2x Playwright, which has no PIN',
    ];
  },
  async transports() {
    const { transports, framing } = await benchTransports();
    return [
      ...transports.map(({ name, roundTrips, makeCredentialP50Ms }) => {
        const trips = roundTrips ? `   ${roundTrips.of} ${number(roundTrips.perSecond)}/s` : '';
        return `${name.padEnd(8)} makeCredential p50 ${number(makeCredentialP50Ms, 3)} ms${trips}`;
      }),
      `CTAPHID by itself, both sides, takes   ${number(framing.alone * 100, 1)} %   (target: at most 15 % of a direct makeCredential)`,
      `around a makeCredential it adds        ${number(framing.added * 100, 1)} %`,
    ];
  },
  async host() {
    const { bareP50Ms, stackP50Ms, overhead } = await benchHost(makeCredential);
    return [
      `makeCredential through a node, bare loop over its frames   p50 ${number(bareP50Ms, 3)} ms`,
      `the same through hidraw transport and CTAPHID channel      p50 ${number(stackP50Ms, 3)} ms`,
      `the stack adds                                             ${number(overhead * 100, 1)} %   (target: at most 10 %)`,
    ];
  },
  async memory() {
    const { registrations, beforeMiB, afterMiB } = await benchMemory();
    const growth = ((afterMiB - beforeMiB) * 2 ** 20) / registrations;
    return [
      `heap and buffers over ${number(registrations)} registrations   ${number(beforeMiB, 1)} MiB -> ${number(afterMiB, 1)} MiB   (${number(growth, 1)} bytes each)`,
    ];
  },
};

const selected = process.argv.slice(2);
const unknown = selected.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark ${unknown.join(', ')}; expected one of ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
for (const [name, run] of Object.entries(benches)) {
  if (selected.length > 0 && !selected.includes(name)) continue;
  console.log(`\n${name}`);
  for (const line of await run()) console.log(`  ${line}`);
}
