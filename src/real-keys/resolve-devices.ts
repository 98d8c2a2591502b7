/**
 * Before a run on real keys: finds the keys that the cases name, checks the permissions of their owners, and decides which cases
 * can run. A run that would destroy something without permission is refused before its first case. The guard of each connection
 * (`#transport/guarded-device.ts`) checks every command again.
 */
import { UsageError } from '#base/errors.ts';
import type { ExpandedCase } from '#scenario/language/expanded-case.ts';
import { isRealKey } from '#scenario/language/schema/authenticator.ts';
import type { CtapDevice } from '#transport/device.ts';
import type { GuardPolicy } from '#transport/guarded-device.ts';
import type { FoundDevice } from '#transport/transport.ts';
import { checkCompatibility } from './compatibility.ts';
import { countCredentials } from './credential-count.ts';
import type { KeyReader } from './describe-key.ts';
import { findKey, type RealKeyFacts } from './find-key.ts';
import { type AskHidden, type PinSource, readPin } from './pin-provider.ts';

/** The options of the command line about real keys. */
export interface KeyPermissions {
  /** Ids of keys whose credentials, PIN and settings may be destroyed. */
  destroyCredentials: readonly string[];
  /** Ids of keys that may be used although they store passkeys, or may store some. */
  withCredentials: readonly string[];
  pinRetriesFloor: number;
  pinFrom: readonly PinSource[];
  /** Skips destructive cases and runs the others, instead of refusing the run. */
  skipDestructive: boolean;
}

/** What this module needs from the machine it runs on. */
export interface HostEnvironment {
  listDevices(): Promise<FoundDevice[]>;
  open(address: string): Promise<CtapDevice>;
  modelName: KeyReader['modelName'];
  env: Readonly<Record<string, string | undefined>>;
  ask: AskHidden;
}

/** A key of the run, and what may be done to it. */
export interface PlannedKey extends RealKeyFacts {
  policy: GuardPolicy;
}

export interface KeyPlan {
  keys: PlannedKey[];
  /** PINs by key id. */
  pins: Record<string, string>;
  /** Reasons why cases are skipped, by case id. */
  skipReasons: Record<string, string>;
  /** What the user should know before the run. */
  notices: string[];
}

/**
 * Resolves every real key that `cases` name.
 * @throws {UnavailableError} if a key is not plugged in or cannot be used.
 * @throws {UsageError} if it is ambiguous which key is selected, or if a permission or a PIN is missing.
 */
export async function resolveDevices(
  cases: readonly ExpandedCase[],
  permissions: KeyPermissions,
  host: HostEnvironment,
): Promise<KeyPlan> {
  const keys = await findKeys(cases, permissions, host);
  rejectUnknownKeyIds(keys, permissions);
  const skipReasons = findSkipReasons(cases, keys, permissions);
  const pins: Record<string, string> = {};
  const notices: string[] = [];
  for (const key of keys) {
    const pin = await obtainPin(key, cases, permissions, host);
    if (pin !== undefined) pins[key.id] = pin;
    const notice = await requirePermissionForStoredPasskeys(key, pin, permissions, host);
    if (notice) notices.push(notice);
  }
  return { keys, pins, skipReasons, notices };
}

async function findKeys(
  cases: readonly ExpandedCase[],
  { pinRetriesFloor, destroyCredentials }: KeyPermissions,
  { listDevices, open, modelName }: HostEnvironment,
): Promise<PlannedKey[]> {
  const selectors = new Set(cases.map(({ authenticator }) => authenticator.device).filter(isRealKey));
  const found = selectors.size > 0 ? await listDevices() : [];
  const keys: PlannedKey[] = [];
  for (const selector of selectors) {
    const facts = await findKey(selector, found, { open, modelName });
    const duplicate = keys.find(({ id }) => id === facts.id);
    if (duplicate)
      throw new UsageError(`${JSON.stringify(selector)} and ${JSON.stringify(duplicate.selector)} select the same key`);
    keys.push({ ...facts, policy: { pinRetriesFloor, destroyCredentials: destroyCredentials.includes(facts.id) } });
  }
  return keys;
}

/** @throws {UsageError} if an option names a key that the run does not use: the user probably means another key. */
function rejectUnknownKeyIds(keys: readonly PlannedKey[], permissions: KeyPermissions): void {
  const options = {
    '--destroy-credentials': permissions.destroyCredentials,
    '--with-credentials': permissions.withCredentials,
    '--pin-from': permissions.pinFrom.flatMap(({ key }) => key ?? []),
  };
  for (const [option, ids] of Object.entries(options)) {
    const unknown = ids.find((named) => !keys.some(({ id }) => id === named));
    if (unknown === undefined) continue;
    const used = keys.map(({ id, label }) => `${label} (${id})`).join(', ');
    throw new UsageError(`${option} ${unknown} names no key of this run. Keys of this run: ${used || 'none'}`);
  }
}

const casesOnKey = (cases: readonly ExpandedCase[], { selector }: PlannedKey) =>
  cases.filter(({ authenticator }) => authenticator.device === selector);

/** Returns skip reasons by case id. @throws {UsageError} naming all cases that are destructive without permission. */
function findSkipReasons(
  cases: readonly ExpandedCase[],
  keys: readonly PlannedKey[],
  { skipDestructive }: KeyPermissions,
): Record<string, string> {
  const skipReasons: Record<string, string> = {};
  const refused: string[] = [];
  for (const key of keys) {
    for (const scenario of casesOnKey(cases, key)) {
      const result = checkCompatibility(scenario, key);
      if ('unsupported' in result) skipReasons[scenario.id] = result.unsupported;
      if (!('destructive' in result) || key.policy.destroyCredentials) continue;
      if (skipDestructive) skipReasons[scenario.id] = `Destructive case: ${result.destructive}`;
      else refused.push(`  ${scenario.id}: ${result.destructive}`);
    }
  }
  if (refused.length > 0) throw destructiveCasesError(refused, keys);
  return skipReasons;
}

const maxListedCases = 20;

function destructiveCasesError(refused: readonly string[], keys: readonly PlannedKey[]): UsageError {
  const protectedKeys = keys.filter(({ policy }) => !policy.destroyCredentials);
  const options = protectedKeys.map(({ id }) => `--destroy-credentials ${id}`).join(' ');
  const count = `${refused.length} ${refused.length === 1 ? 'case' : 'cases'}`;
  return new UsageError(
    [
      `Refused to run ${count}: they would change or erase the key. The owner of the key can permit this with ${options}; --skip-destructive skips such cases`,
      ...refused.slice(0, maxListedCases),
      ...(refused.length > maxListedCases ? [`  ... and ${refused.length - maxListedCases} more`] : []),
    ].join('\n'),
  );
}

/** Reads the PIN from the source for this key or for all keys. Without a source, asks for it if a case requires the PIN. */
async function obtainPin(
  key: PlannedKey,
  cases: readonly ExpandedCase[],
  { pinFrom }: KeyPermissions,
  { env, ask }: HostEnvironment,
): Promise<string | undefined> {
  if (key.pin.state !== 'set') return undefined;
  const source = pinFrom.find(({ key: id }) => id === key.id) ?? pinFrom.find(({ key: id }) => id === undefined);
  if (source) return await readPin(source, key.label, env, ask);
  const isRequired = casesOnKey(cases, key).some(({ authenticator }) => typeof authenticator.pin === 'object');
  return isRequired && !key.policy.destroyCredentials ? await readPin({ from: 'ask' }, key.label, env, ask) : undefined;
}

/**
 * Returns a notice for a key that stores passkeys, or may store some.
 * @throws {UsageError} if the owner of such a key has not permitted its use.
 */
async function requirePermissionForStoredPasskeys(
  key: PlannedKey,
  pin: string | undefined,
  { withCredentials, pinRetriesFloor }: KeyPermissions,
  { open }: HostEnvironment,
): Promise<string | undefined> {
  const { label, id, policy } = key;
  const count = await countCredentials({ key, pin, pinRetriesFloor, open });
  const isPermitted = policy.destroyCredentials || withCredentials.includes(id);
  const permission = `The owner of the key can permit its use with --with-credentials ${id}`;
  if ('unknown' in count) {
    const notice = `Cannot determine whether ${label} (${id}) stores passkeys: ${count.unknown}`;
    if (isPermitted || key.pin.state !== 'set') return notice;
    throw new UsageError(`${notice}. ${permission}`);
  }
  if (count.credentials === 0) return undefined;
  const notice = `${label} (${id}) stores ${count.credentials} ${count.credentials === 1 ? 'passkey' : 'passkeys'}`;
  if (isPermitted) return notice;
  throw new UsageError(`${notice}. ${permission}`);
}
