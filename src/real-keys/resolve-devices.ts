/**
 * Before a run on real keys: which keys they are, what may be done to them, and which cases can run on which. What would
 * destroy something that its owner has not given up is refused here, before the first case; the guard on the wire stays behind it.
 */
import { UsageError } from '#base/errors.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { isRealKey } from '#scenario/language/schema/authenticator.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { Permit } from '#transport/guarded-device.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { fitness } from './compatibility.ts';
import { holdingOf } from './credential-count.ts';
import type { KeyReading } from './describe-key.ts';
import { findKey, type RealKeyFacts } from './find-key.ts';
import { type AskHidden, type PinSource, readPin } from './pin-provider.ts';

/** What the command line says of real keys. */
export interface KeyPermissions {
  /** Ids of keys whose owner gives up what is on them. */
  destroyCredentials: readonly string[];
  /** Ids of keys that are used although they keep passkeys, or may keep some. */
  withCredentials: readonly string[];
  pinRetriesFloor: number;
  pinFrom: readonly PinSource[];
  /** Cases that would cost a key something are left out, and the others run. */
  spare: boolean;
}

export interface Surroundings {
  listDevices(): Promise<FoundDevice[]>;
  open(address: string): Promise<CtapDevice>;
  modelName: KeyReading['modelName'];
  env: Readonly<Record<string, string | undefined>>;
  ask: AskHidden;
}

/** A key of the run, and what may be done to it. */
export interface PlannedKey extends RealKeyFacts {
  permit: Permit;
}

export interface KeyPlan {
  keys: PlannedKey[];
  /** Their PINs by their ids. */
  pins: Record<string, string>;
  /** Why cases are left out, by their ids. */
  left: Record<string, string>;
  /** What the person should know before the run. */
  remarks: string[];
}

/**
 * Meets every key that `cases` name.
 * @throws {UnavailableError} when one is not there; {UsageError} when it is not clear which is meant, when its owner's permission
 * or its PIN is missing.
 */
export async function meetKeys(
  cases: readonly ExpandedCase[],
  permissions: KeyPermissions,
  surroundings: Surroundings,
): Promise<KeyPlan> {
  const { listDevices, open, modelName } = surroundings;
  const named = new Set(cases.map(({ authenticator }) => authenticator.device).filter(isRealKey));
  const found = named.size > 0 ? await listDevices() : [];
  const keys: PlannedKey[] = [];
  for (const which of named) {
    const facts = await findKey(which, found, { open, modelName });
    const twin = keys.find(({ id }) => id === facts.id);
    if (twin) throw new UsageError(`${JSON.stringify(which)} and ${JSON.stringify(twin.which)} are the same key`);
    const { pinRetriesFloor, destroyCredentials } = permissions;
    keys.push({ ...facts, permit: { pinRetriesFloor, destroyCredentials: destroyCredentials.includes(facts.id) } });
  }
  refuseStrangers(keys, permissions);
  const left = leftOut(cases, keys, permissions);
  const pins: Record<string, string> = {};
  const remarks: string[] = [];
  for (const key of keys) {
    const pin = await pinOf(key, cases, permissions, surroundings);
    if (pin !== undefined) pins[key.id] = pin;
    const remark = await refuseKeeper(key, pin, permissions, open);
    if (remark) remarks.push(remark);
  }
  return { keys, pins, left, remarks };
}

/** A permission for a key that is not used is a mistake about which key it is. */
function refuseStrangers(keys: readonly PlannedKey[], permissions: KeyPermissions): void {
  const options = {
    '--destroy-credentials': permissions.destroyCredentials,
    '--with-credentials': permissions.withCredentials,
    '--pin-from': permissions.pinFrom.flatMap(({ key }) => key ?? []),
  };
  for (const [option, ids] of Object.entries(options)) {
    const stranger = ids.find((named) => !keys.some(({ id }) => id === named));
    if (stranger === undefined) continue;
    const used = keys.map(({ id, label }) => `${label} (${id})`).join(', ');
    throw new UsageError(`${option} ${stranger} names no key of this run: it uses ${used || 'none'}`);
  }
}

const casesOf = (cases: readonly ExpandedCase[], { which }: PlannedKey) =>
  cases.filter(({ authenticator }) => authenticator.device === which);

/** Reasons by case. @throws {UsageError} for cases that would destroy something, all of them at once. */
function leftOut(
  cases: readonly ExpandedCase[],
  keys: readonly PlannedKey[],
  { spare }: KeyPermissions,
): Record<string, string> {
  const left: Record<string, string> = {};
  const refused: string[] = [];
  for (const key of keys) {
    for (const scenario of casesOf(cases, key)) {
      const how = fitness(scenario, key);
      if ('lacks' in how) left[scenario.id] = how.lacks;
      if (!('price' in how) || key.permit.destroyCredentials) continue;
      if (spare) left[scenario.id] = `the key is spared: ${how.price}`;
      else refused.push(`  ${scenario.id}: ${how.price}`);
    }
  }
  if (refused.length === 0) return left;
  const ids = keys.filter(({ permit }) => !permit.destroyCredentials).map(({ id }) => id);
  const which = ids.map((id) => `--destroy-credentials ${id}`).join(' ');
  throw new UsageError(
    [
      `refused to run ${refused.length} ${refused.length === 1 ? 'case' : 'cases'}: what is on the key would be lost (its owner may say ${which}; --spare leaves such cases out)`,
      ...refused.slice(0, mostListed),
      ...(refused.length > mostListed ? [`  ... and ${refused.length - mostListed} more`] : []),
    ].join('\n'),
  );
}

const mostListed = 20;

/** The PIN that was named for this key or for all; where a case needs one and none was named, whoever sits there is asked. */
async function pinOf(
  key: PlannedKey,
  cases: readonly ExpandedCase[],
  { pinFrom }: KeyPermissions,
  { env, ask }: Surroundings,
): Promise<string | undefined> {
  if (key.pin.state !== 'set') return undefined;
  const source = pinFrom.find(({ key: id }) => id === key.id) ?? pinFrom.find(({ key: id }) => id === undefined);
  if (source) return await readPin(source, key.label, env, ask);
  const isNeeded = casesOf(cases, key).some(({ authenticator }) => typeof authenticator.pin === 'object');
  return isNeeded && !key.permit.destroyCredentials ? await readPin({ from: 'ask' }, key.label, env, ask) : undefined;
}

/** @throws {UsageError} for a key that keeps passkeys, or hides behind its PIN whether it does, and nobody said that this is fine. */
async function refuseKeeper(
  key: PlannedKey,
  pin: string | undefined,
  { withCredentials, pinRetriesFloor }: KeyPermissions,
  open: Surroundings['open'],
): Promise<string | undefined> {
  const { label, id, permit } = key;
  const holding = await holdingOf({ key, pin, pinRetriesFloor, open });
  const name = `${label} (${id})`;
  const isAllowed = permit.destroyCredentials || withCredentials.includes(id);
  if ('unknown' in holding) {
    const what = `whether ${name} keeps passkeys cannot be learned: ${holding.unknown}`;
    if (isAllowed || key.pin.state !== 'set') return what;
    throw new UsageError(`refused to use ${name}: ${what}; its owner may say --with-credentials ${id}`);
  }
  if (holding.credentials === 0) return undefined;
  const what = `${name} keeps ${holding.credentials} ${holding.credentials === 1 ? 'passkey' : 'passkeys'}`;
  if (isAllowed) return what;
  throw new UsageError(`refused to use it: ${what}; its owner may say --with-credentials ${id}`);
}
