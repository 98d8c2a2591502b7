/** Reads the facts of an attempt from the result of a case: its events, the messages of the key, and its parties. */
import { formatAaguid, fromHex } from '#base/bytes.ts';
import { decode } from '#protocol/cbor-reader.ts';
import { commands } from '#protocol/commands.ts';
import { algorithmName } from '#protocol/cose.ts';
import { webAuthnErrorNames } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type CtapStatusName, ctapStatus } from '#protocol/status.ts';
import { type Reason, refusals } from '#relying-party/refusals.ts';
import type { CaseResult } from '#result/run-result.ts';
import type { PartyEvent, WireExchange } from '#result/transcript.ts';
import { answersSchema, browserNames, endings, type Facts, systemNames, toFacts } from './facts.ts';

type Attempt = Pick<Facts, 'attempt.refusal' | 'attempt.status' | 'attempt.error' | 'attempt.ending'>;

export interface ReadCase {
  /** Whether the last attempt of the case registered a passkey. */
  readonly isRegistered: boolean;
  readonly facts: Facts;
}

export function readCase({ events, wire, parties }: Pick<CaseResult, 'events' | 'wire' | 'parties'>): ReadCase {
  const end = readEnd(events);
  const isRegistered = end === 'registered';
  const attempt = isRegistered || !end ? {} : addStatus(end, wire);
  return { isRegistered, facts: { ...attempt, ...readOptions(events), ...readKey(wire), ...readParties(parties) } };
}

/** Events that end the effect of an earlier failure, because the flow has continued. */
const progress = ['signin.ok', 'mfa.totp.ok', 'mfa.tap.ok', 'registration.options', 'passkey.pending'];

/** Returns how the last attempt ended. */
function readEnd(events: readonly PartyEvent[]): 'registered' | Attempt | undefined {
  let end: 'registered' | Attempt | undefined;
  for (const event of events) {
    if (event.event === 'passkey.registered') end = 'registered';
    else if (progress.includes(event.event)) end = undefined;
    else end = readFailure(event) ?? end;
  }
  return end;
}

/** Refusals without a reason in their event. */
const refusalOfEvent: Record<string, Reason> = {
  'mfa.required': 'mfa-required',
  'mfa.stale': 'mfa-stale',
  'signin.throttled': 'throttled',
  'passkey.abandoned': 'pending-gone',
};

function readFailure({ event, detail = {} }: PartyEvent): Attempt | undefined {
  if (event === 'ceremony.ended') return detail.error === 'none' ? undefined : readCeremonyEnd(detail);
  if (event.startsWith('signin.passkey.')) return undefined;
  const refusal = refusalOfEvent[event] ?? detail.reason;
  return isReason(refusal) ? { 'attempt.refusal': refusal } : undefined;
}

const isReason = (value: unknown): value is Reason => typeof value === 'string' && Object.hasOwn(refusals, value);

function readCeremonyEnd(detail: NonNullable<PartyEvent['detail']>): Attempt {
  const ending = endings.find((one) => one === detail.ending);
  const error = webAuthnErrorNames.find((name) => name === detail.error);
  return { ...(error && { 'attempt.error': error }), ...(ending && { 'attempt.ending': ending }) };
}

/** Reads which authenticators the site accepts, from the options that it gave. */
function readOptions(events: readonly PartyEvent[]): Facts {
  const options = events.findLast(({ event }) => event === 'registration.options')?.detail;
  if (!options) return {};
  const algorithms = String(options.algorithms ?? '').split(' ');
  const requirements = answersSchema.shape.policy.safeParse({
    algorithms,
    'resident-key': options.residentKey,
    'user-verification': options.userVerification,
  });
  return requirements.success ? toFacts({ policy: requirements.data }) : {};
}

/** Adds the status of the last command, unless the site refused: then the key had done its part. */
function addStatus(attempt: Attempt, wire: readonly WireExchange[]): Attempt {
  if (attempt['attempt.refusal'] !== undefined) return attempt;
  const last = wire.findLast(({ command }) => command !== 'authenticatorGetInfo');
  if (last?.transportError !== undefined) return { ...attempt, 'attempt.ending': 'key-removed' };
  const status = last?.status;
  return isStatus(status) ? { ...attempt, 'attempt.status': status } : attempt;
}

const isStatus = (name: string | undefined): name is CtapStatusName =>
  name !== undefined && Object.hasOwn(ctapStatus, name);

/** Reads the facts that the key reports about itself. */
function readKey(wire: readonly WireExchange[]): Facts {
  const info = wire.findLast(({ command, status }) => command === 'authenticatorGetInfo' && status === 'CTAP2_OK');
  const parsed = info?.response === undefined ? undefined : parseInfo(info.response);
  return parsed ? { 'key.connected': true, ...readInfo(parsed) } : {};
}

/** A malformed answer of the key contains no facts. */
function parseInfo(response: string): AuthenticatorInfo | undefined {
  try {
    return commands.authenticatorGetInfo.response.parse(decode(fromHex(response).subarray(1)));
  } catch {
    return undefined;
  }
}

function readInfo(info: AuthenticatorInfo): Facts {
  const { options = {}, algorithms, forcePINChange, remainingDiscoverableCredentials: free } = info;
  const canVerify = options.uv !== undefined || options.clientPin !== undefined;
  return {
    'key.fido2': info.versions.some((version) => version.startsWith('FIDO_2')),
    'key.resident-keys': options.rk === true,
    'key.verifies': canVerify,
    'key.aaguid': formatAaguid(info.aaguid),
    'key.min-pin-length': info.minPINLength ?? 4,
    ...(forcePINChange ? { 'key.pin': 'must-change' as const } : {}),
    ...(free !== undefined && { 'key.free-places': free }),
    ...(algorithms && {
      'key.algorithms': algorithms.map(({ alg }) => algorithmName(alg)).filter((name) => name !== undefined),
    }),
  };
}

/** Browser and system by the names that the report shows: `chromium`, `Windows 11`. */
function readParties({ browser, 'browser version': version, dialog }: CaseResult['parties']): Facts {
  const name = browserNames.find((one) => one === browser?.replace('chromium', 'chrome'));
  const system = systemNames.find((one) => dialog?.toLowerCase().startsWith(one));
  const major = Number.parseInt(version ?? '', 10);
  return {
    ...(name && { 'browser.name': name }),
    ...(name && major > 0 && { 'browser.version': major }),
    ...(system && { 'system.name': system }),
  };
}
