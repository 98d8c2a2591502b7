/** What the times of a run depend on, apart from the product: machine, browser, key model and firmware. Pure. */
import { fromHex } from '#base/bytes.ts';
import { inspect } from '#protocol/cbor-reader.ts';
import type { CaseResult, RunResult } from '#result/run-result.ts';

/** The environment in which a case was measured. A baseline is valid in the same environment only. */
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

/** Returns one sentence for each fact that differs between the cases that both runs have. */
export function differencesOf(before: RunResult, after: RunResult): string[] {
  const earlier = new Map(before.cases.map((result) => [result.id, environmentOf(result, before.run)]));
  const sentences = after.cases.flatMap((result) => {
    const old = earlier.get(result.id);
    if (old === undefined || result.spans.length === 0) return [];
    const now = environmentOf(result, after.run);
    return (Object.keys(now) as (keyof MeasuringEnvironment)[])
      .filter((fact) => old[fact] !== now[fact])
      .map((fact) => `The ${fact} differs: ${old[fact]} before, ${now[fact]} now.`);
  });
  return [...new Set(sentences)];
}
