/** All benchmarks by name, with their results as rows. The targets stand here. */
import { median } from '#result/statistics.ts';
import { benchCase } from './case.ts';
import { benchCatalogues } from './catalogues.ts';
import { benchCli } from './cli.ts';
import { benchConformance } from './conformance.ts';
import { benchGetAssertion, benchStored } from './get-assertion.ts';
import { benchHost } from './host.ts';
import { benchMakeCredential } from './make-credential.ts';
import { benchMemory } from './memory.ts';
import { benchNid, type Comparison } from './nid.ts';
import { benchPage } from './page.ts';
import { benchRegistrations } from './registrations.ts';
import { benchReport } from './report.ts';
import { formatNumber, type Row, ratiosOf, type Spread, spreadOf, withRatioTarget } from './row.ts';
import { benchTransports, type Framing, makeCredential } from './transports.ts';
import { benchVerify } from './verify.ts';

export interface Benchmark {
  /** What is compared with what, and why that is fair. */
  about: string;
  run(): Promise<Row[]>;
}

const perSecond = (value: number): string => `${formatNumber(value)}/s`;
const seconds = (values: readonly number[]): string => `${formatNumber(median(values), 2)} s`;
const milliseconds = (value: number, digits = 1): string => `${formatNumber(value, digits)} ms`;

/** Upper limits in seconds for commands that only print. */
const commandLimits: Readonly<Record<string, number>> = {
  '--help': 0.3,
  'personas --json': 0.3,
  list: 0.8,
  validate: 0.8,
};

export const benchmarks: Readonly<Record<string, Benchmark>> = {
  cli: {
    about:
      'Whole processes that only print, interleaved, compared with the start of Node.js and `playwright test --list`.',
    async run() {
      const measured = await benchCli();
      const node = measured.get('node without a program') ?? [];
      return [...measured].map(([name, values]) => {
        const limit = commandLimits[name];
        const ratio = spreadOf(ratiosOf(values, node));
        const row: Row = { name, figure: seconds(values), peer: `node -e 0 ${seconds(node)}`, ratio };
        return limit === undefined ? row : { ...row, target: { value: median(values), atMost: limit, unit: 's' } };
      });
    },
  },

  conformance: {
    about:
      'The conformance suite for authenticators per case, compared with the same commands sent to the same emulated authenticators without the suite. The difference is its overhead: building requests with their cryptography, decoding answers, checks, and keeping the messages.',
    async run() {
      const { cases, suite, bare } = await benchConformance();
      const ratio = spreadOf(ratiosOf(suite, bare));
      const overhead = milliseconds(median(suite) - median(bare), 2);
      return [
        {
          name: `conformance, ${cases} cases`,
          figure: `${milliseconds(median(suite), 2)} per case, ${overhead} of it overhead`,
          peer: `bare commands ${milliseconds(median(bare), 2)}`,
          ratio,
        },
      ];
    },
  },

  case: {
    about:
      'One registration as a whole process: a scenario that drives the portal through its site file, with PIN dialogue, CTAP messages and report, compared with the same clicks in a Playwright test written by hand with the virtual authenticator of Chromium. Both start a browser and a portal.',
    async run() {
      const { scenario, handwritten } = await benchCase();
      return [
        withRatioTarget(
          {
            name: 'scenario security-key.new-pin',
            figure: seconds(scenario),
            peer: `hand-written test ${seconds(handwritten)}`,
            ratio: spreadOf(ratiosOf(scenario, handwritten)),
          },
          1.25,
        ),
      ];
    },
  },

  page: {
    about:
      'create() in pages of one Chromium, PIN and touch instant: both routes of the bridge with client, CTAP and emulator, compared with `context.credentials` of Playwright (no CTAP, no PIN, attestation none) and the virtual authenticator of Chromium.',
    async run() {
      const figures = await benchPage();
      return figures.map(({ name, p50, p95, ratio }) => {
        const row = { name, figure: `p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}`, peer: 'Playwright', ratio };
        return name.endsWith(', PIN') ? withRatioTarget(row, 2) : row;
      });
    },
  },

  'make-credential': {
    about:
      'makeCredential (ES256, packed, full attestation) in process, compared with generating one key pair and one signature with node:crypto.',
    async run() {
      const { perSecond: ours, barePerSecond, slowdown } = await benchMakeCredential();
      const peer = `key pair + signature ${perSecond(barePerSecond)}`;
      return [withRatioTarget({ name: 'makeCredential', figure: perSecond(ours), peer, ratio: slowdown }, 1.5)];
    },
  },

  'get-assertion': {
    about: 'getAssertion (ES256) in process, compared with one signature with node:crypto.',
    async run() {
      const { perSecond: ours, signPerSecond, slowdown } = await benchGetAssertion();
      const peer = `signature ${perSecond(signPerSecond)}`;
      return [withRatioTarget({ name: 'getAssertion', figure: perSecond(ours), peer, ratio: slowdown }, 2)];
    },
  },

  stored: {
    about:
      'A key that stores 10,000 credentials compared with an empty key; a second empty key shows the noise of the measurement.',
    async run() {
      const { stored, getAssertion, makeCredential: make } = await benchStored();
      const rows = (name: string, { full, empty }: { full: Spread; empty: Spread }): Row[] => [
        withRatioTarget({ name, figure: `${formatNumber(stored)} stored`, peer: 'empty key', ratio: full }, 1.1),
        { name: `${name}, second empty key`, figure: '0 stored', peer: 'empty key', ratio: empty },
      ];
      return [...rows('getAssertion', getAssertion), ...rows('makeCredential', make)];
    },
  },

  nid: {
    about:
      'The emulator compared with nid-webauthn-emulator, in process, ES256, nothing stored. Only `none` against `none` is the same work.',
    async run() {
      const figures = await benchNid();
      if (!figures)
        return [
          { name: 'nid-webauthn-emulator', figure: `not measured on Node ${process.version}: it did not end in time` },
        ];
      const row = (name: string, { perSecond: ours, theirsPerSecond, ratio }: Comparison): Row => ({
        name,
        figure: perSecond(ours),
        peer: `theirs ${perSecond(theirsPerSecond)}`,
        ratio,
      });
      return [
        row('makeCredential, none in both', figures.makeNone),
        row('makeCredential, packed compared with none', figures.makePacked),
        row('getAssertion', figures.get),
      ];
    },
  },

  registrations: {
    about: 'Whole registrations without a browser: client, emulator, verification, naming, store.',
    run: async () => [{ name: 'registrations', figure: perSecond(await benchRegistrations()) }],
  },

  verify: {
    about:
      'Verifying a registration, applying the policy and storing it, compared with the verification of @simplewebauthn/server alone, which validates no certificate path here.',
    run: benchVerify,
  },

  catalogues: {
    about:
      'The whole catalogues of both conformance suites, in process, without reports: all requirements on an emulated authenticator, all cases on the portal.',
    run: benchCatalogues,
  },

  report: {
    about:
      'The reports of a run of 5,000 sample cases, whose messages differ where those of real ceremonies differ: written by a separate process, then opened from disk in headless Chromium.',
    run: benchReport,
  },

  transports: {
    about:
      'makeCredential through each transport compared with the direct call; CTAPHID framing by itself, both sides, around an answer that is already computed.',
    async run() {
      const { transports, framing } = await benchTransports();
      const framingRow = (name: string, { ms, ratio }: Framing) => ({
        name,
        figure: milliseconds(ms, 4),
        peer: 'a direct makeCredential',
        ratio,
      });
      return [
        ...transports.map(
          ({ name, roundTrips, makeCredentialP50Ms }): Row => ({
            name,
            figure: `makeCredential p50 ${milliseconds(makeCredentialP50Ms, 3)}`,
            ...(roundTrips && { peer: `${roundTrips.of} ${perSecond(roundTrips.perSecond)}` }),
          }),
        ),
        withRatioTarget(framingRow('CTAPHID framing by itself', framing.alone), 0.15),
        framingRow('makeCredential through CTAPHID', framing.around),
      ];
    },
  },

  host: {
    about:
      'makeCredential through the hidraw transport and the CTAPHID channel, compared with a bare loop over the same reports.',
    async run() {
      const { bareP50Ms, stackP50Ms, ratio } = await benchHost(makeCredential);
      const peer = `bare loop p50 ${milliseconds(bareP50Ms, 3)}`;
      return [withRatioTarget({ name: 'host stack', figure: `p50 ${milliseconds(stackP50Ms, 3)}`, peer, ratio }, 1.1)];
    },
  },

  memory: {
    about: 'Heap and buffers before and after 100,000 registrations with client and emulator.',
    async run() {
      const { registrations, beforeMiB, afterMiB } = await benchMemory();
      const figure = `${formatNumber(beforeMiB, 1)} MiB -> ${formatNumber(afterMiB, 1)} MiB`;
      return [{ name: `${formatNumber(registrations)} registrations`, figure }];
    },
  },
};
