/** Finds the one key of this machine that a scenario or the option `--device` selects. */
import { UnavailableError, UsageError } from '#base/errors.ts';
import { isAddress } from '#transport/registry.ts';
import type { FoundDevice } from '#transport/transport.ts';
import {
  type DetectedKey,
  describeKey,
  groupByKey,
  type KeyDescription,
  type KeyPin,
  type KeyReader,
} from './describe-key.ts';

/** A key of a run, as it was when the run began. Plain JSON, because the plan of a run is passed to other processes. */
export interface RealKeyFacts {
  /** The text that selected the key; it is a coordinate in case ids. */
  selector: string;
  /** The id that `touchstone keys` prints. */
  id: string;
  label: string;
  address: string;
  serial?: string;
  /** USB port; absent for a key that is not on a bus. */
  port?: string;
  aaguid: string;
  pin: KeyPin;
  options: Record<string, boolean>;
}

const isAaguid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/**
 * Returns the key that `selector` names: `any`, an address, an AAGUID, or an id or serial number as `touchstone keys` prints it.
 * Opens only the keys that may match, and sends only commands that do not change them.
 * @throws {UnavailableError} if no key matches or the matching key cannot be used.
 * @throws {UsageError} if several keys match.
 */
export async function findKey(
  selector: string,
  found: readonly FoundDevice[],
  reader: KeyReader,
): Promise<RealKeyFacts> {
  const isListed = found.some(({ address }) => address === selector);
  const unlisted = isAddress(selector) && !isListed ? [{ address: selector, product: selector }] : [];
  const detected = groupByKey([...unlisted, ...found]);
  const candidates = detected.filter((key) => mayMatch(selector, key)).map((key) => preferInterface(selector, key));
  const described = await Promise.all(
    candidates.map(async (key) => ({ key, description: await describeKey(key, reader) })),
  );
  const matching = described.filter(
    ({ description }) => !isAaguid(selector) || description.aaguid === selector.toLowerCase(),
  );
  const usable = matching.filter(({ description }) => description.usable);
  const [only, ...others] = usable;
  if (!only) throw noKeyError(selector, matching[0]?.description, detected);
  if (others.length > 0)
    throw severalKeysError(
      selector,
      usable.map(({ description }) => description),
    );
  return toFacts(selector, only.key, only.description);
}

function mayMatch(selector: string, { id, interfaces }: DetectedKey): boolean {
  if (selector === 'any' || isAaguid(selector)) return true;
  return id === selector || interfaces.some(({ address, serial }) => address === selector || serial === selector);
}

/** A selector that is the address of an interface makes that interface the first one. */
function preferInterface(selector: string, { id, interfaces }: DetectedKey): DetectedKey {
  const preferred = interfaces.find(({ address }) => address === selector);
  if (!preferred) return { id, interfaces };
  return { id, interfaces: [preferred, ...interfaces.filter((other) => other !== preferred)] };
}

function toFacts(
  selector: string,
  { id, interfaces: [device] }: DetectedKey,
  description: KeyDescription,
): RealKeyFacts {
  const { model, product, aaguid = '', pin = { state: 'unsupported' }, options = {} } = description;
  const { address, serial, port } = device;
  return {
    selector,
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

function noKeyError(
  selector: string,
  unusable: KeyDescription | undefined,
  detected: readonly DetectedKey[],
): UnavailableError {
  if (unusable?.obstacle) {
    const { model, product, id, obstacle } = unusable;
    return new UnavailableError(`Cannot use ${model ?? product} (${id}): ${obstacle.why}. ${obstacle.remedy}`);
  }
  const keys = detected.map(({ id, interfaces: [{ product }] }) => `${product} (${id})`).join(', ');
  return new UnavailableError(
    `No key matches ${JSON.stringify(selector)}: ${keys ? `plugged in: ${keys}` : 'no security key is plugged in'}`,
  );
}

function severalKeysError(selector: string, matching: readonly KeyDescription[]): UsageError {
  const keys = matching.map(({ id, model, product, addresses }) => `${model ?? product} (${id}, ${addresses[0]})`);
  return new UsageError(
    `${JSON.stringify(selector)} matches several keys: ${keys.join(', ')}. Name one by its id or address`,
  );
}
