/** Which real key is meant: from what a scenario or `--device` says to the one key of this machine that fits. */
import { UnavailableError, UsageError } from '#base/errors.ts';
import { isAddress } from '#transport/registry.ts';
import type { FoundDevice } from '#transport/transport.ts';
import {
  describeKey,
  type KeyDescription,
  type KeyPin,
  type KeyReading,
  type SeenKey,
  seenKeys,
} from './describe-key.ts';

/** A key that a run uses, as it was when the run began. Plain JSON: it travels to the processes that run the cases. */
export interface RealKeyFacts {
  /** What it was asked for by: a coordinate of case ids. */
  which: string;
  /** As `touchstone keys` prints it. */
  id: string;
  label: string;
  address: string;
  serial?: string;
  /** Where it is plugged in; absent where it hangs on no bus. */
  port?: string;
  aaguid: string;
  pin: KeyPin;
  options: Record<string, boolean>;
}

const isAaguid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/**
 * The key that `which` means: `any`, an address, an AAGUID, or an id or serial number as `touchstone keys` prints it. Only keys
 * that may be meant are opened, and asked nothing but what leaves them as they are.
 * @throws {UnavailableError} when there is none or it cannot be used; {UsageError} when several fit.
 */
export async function findKey(
  which: string,
  found: readonly FoundDevice[],
  reading: KeyReading,
): Promise<RealKeyFacts> {
  const isListed = found.some(({ address }) => address === which);
  const named = isAddress(which) && !isListed ? [{ address: which, product: which }] : [];
  const seen = seenKeys([...named, ...found]);
  const meant = seen.filter((key) => mayBeMeant(which, key)).map((key) => reachedBy(which, key));
  const described = await Promise.all(meant.map(async (key) => ({ key, about: await describeKey(key, reading) })));
  const fitting = described.filter(({ about }) => !isAaguid(which) || about.aaguid === which.toLowerCase());
  const usable = fitting.filter(({ about }) => about.usable);
  const [only] = usable;
  if (!only)
    throw none(
      which,
      fitting.map(({ about }) => about),
      seen,
    );
  if (usable.length > 1)
    throw several(
      which,
      usable.map(({ about }) => about),
    );
  return factsOf(which, only.key, only.about);
}

function mayBeMeant(which: string, { id, ways }: SeenKey): boolean {
  if (which === 'any' || isAaguid(which)) return true;
  return id === which || ways.some(({ address, serial }) => address === which || serial === which);
}

/** Whoever names a way goes that way. */
function reachedBy(which: string, { id, ways }: SeenKey): SeenKey {
  const chosen = ways.find(({ address }) => address === which);
  return chosen ? { id, ways: [chosen, ...ways.filter((way) => way !== chosen)] } : { id, ways };
}

function factsOf(which: string, { id, ways: [way] }: SeenKey, about: KeyDescription): RealKeyFacts {
  const { model, product, aaguid = '', pin = { state: 'unsupported' }, options = {} } = about;
  const { address, serial, port } = way;
  return {
    which,
    id,
    label: model ?? product,
    address,
    ...(serial && { serial }),
    ...(port && { port }),
    aaguid,
    pin,
    options,
  };
}

function none(which: string, unusable: readonly KeyDescription[], seen: readonly SeenKey[]): UnavailableError {
  const [first] = unusable;
  if (first?.obstacle)
    return new UnavailableError(
      `cannot use ${first.model ?? first.product} (${first.id}): ${first.obstacle.why}; ${first.obstacle.remedy}`,
    );
  const there = seen.map(({ id, ways: [{ product }] }) => `${product} (${id})`).join(', ');
  return new UnavailableError(
    `there is no key that ${JSON.stringify(which)} means: ${there ? `plugged in: ${there}` : 'no security key is plugged in'}`,
  );
}

function several(which: string, fitting: readonly KeyDescription[]): UsageError {
  const keys = fitting.map(({ id, model, product, addresses }) => `${model ?? product} (${id}, ${addresses[0]})`);
  return new UsageError(
    `${JSON.stringify(which)} means several keys: ${keys.join(', ')}; name one by its id or address`,
  );
}
