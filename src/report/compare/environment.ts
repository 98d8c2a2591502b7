/** What the times of a run depend on, apart from the product: machine, browser, key model and firmware. Pure. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import { baseCaseId } from '#result/case-id.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';

/** The environment of a measured case. A baseline is valid only in the same environment. */
export interface MeasuringEnvironment {
  machine: string;
  browser: string;
  key: string;
  firmware: string;
}

const unknown = 'unknown';

export function environmentOf(
  { parties, wire }: Pick<CaseResult, 'parties' | 'wire'>,
  run: RunResult['run'],
): MeasuringEnvironment {
  return {
    machine: run.machine ?? run.platform,
    browser: [parties.browser, parties['browser version']].filter(Boolean).join(' ') || unknown,
    key: parties.key ?? parties.persona ?? parties.authenticator ?? unknown,
    firmware: firmwareIn(wire) ?? unknown,
  };
}

/** Member of the answer to authenticatorGetInfo (CTAP 2.1 section 6.4). */
const firmwareVersion = 0x0e;

/** Returns the firmware version that the key reports, if the case asked for it. */
function firmwareIn(wire: CaseResult['wire']): string | undefined {
  const answer = wire.find(({ command, response }) => command === 'authenticatorGetInfo' && response)?.response;
  if (answer === undefined || !/^(?:[0-9a-f]{2})+$/.test(answer)) return undefined; // a masked answer is no hex
  const { value } = inspect(fromHex(answer).subarray(1));
  const version = value instanceof Map ? value.get(firmwareVersion) : undefined;
  return typeof version === 'number' || typeof version === 'bigint' ? String(version) : undefined;
}

/** Returns the environment as one line of text, which is equal for equal environments. */
export const describeEnvironment = ({ machine, browser, key, firmware }: MeasuringEnvironment): string =>
  `${machine}; ${browser}; ${key}${firmware === unknown ? '' : ` firmware ${firmware}`}`;

export interface EnvironmentComparison {
  /** Cases that both runs have with times, and that ran in different environments: ids without the number of the repetition. */
  differing: ReadonlySet<string>;
  /** Whether no case ran in the same environment: then `differing` is empty, and no time of the runs is comparable. */
  isNoneEqual: boolean;
  /** One sentence for each fact that differs. */
  reasons: string[];
}

/** Compares the environments of the cases that both runs have. */
export function compareEnvironments(before: RunResult, after: RunResult): EnvironmentComparison {
  const earlier = new Map(before.cases.map((result) => [result.id, environmentOf(result, before.run)]));
  const timed = after.cases.filter(({ id, spans }) => earlier.has(id) && spans.length > 0);
  const found = timed.map((result) => ({
    id: baseCaseId(result.id),
    reasons: reasonsOf(earlier.get(result.id), environmentOf(result, after.run)),
  }));
  const differing = new Set(found.filter(({ reasons }) => reasons.length > 0).map(({ id }) => id));
  const isNoneEqual = differing.size > 0 && found.every(({ id }) => differing.has(id));
  return {
    differing: isNoneEqual ? new Set() : differing,
    isNoneEqual,
    reasons: [...new Set(found.flatMap(({ reasons }) => reasons))],
  };
}

const reasonsOf = (old: MeasuringEnvironment | undefined, now: MeasuringEnvironment): string[] =>
  (Object.keys(now) as (keyof MeasuringEnvironment)[])
    .filter((fact) => old && old[fact] !== now[fact])
    .map((fact) => `The ${fact} differs: ${old?.[fact]} before, ${now[fact]} now.`);
