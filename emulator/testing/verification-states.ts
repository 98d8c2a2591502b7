/**
 * Authenticators in every state of PIN and fingerprint, requests with every kind of pinUvAuthParam, and grids of the statuses
 * that are expected for each of them.
 */
import { permissions as allPermissions } from '#protocol/commands.ts';
import { hmacSha256 } from '#protocol/crypto.ts';
import { type AuthenticatorOptions, createAuthenticator, type GestureOutcome } from '../index.ts';
import { ManagementPlatform, pin } from './management-platform.ts';
import { rpId } from './test-platform.ts';

const pinStates = ['no PIN', 'PIN', 'PIN blocked'] as const;
const fingerStates = ['no finger', 'finger', 'fingers used up'] as const;
/** `other`: signed with a token that is no longer valid, or with any key if the authenticator has issued no token. */
const paramKinds = ['absent', 'empty', 'wrong', 'right', 'other'] as const;

export interface VerificationState {
  pin: (typeof pinStates)[number];
  finger: (typeof fingerStates)[number];
}
export type ParamKind = (typeof paramKinds)[number];

/** A status and the clause that requires it. */
export type Expectation = readonly [status: string, clause: string];

/** Signs a message with a key, as pinUvAuthParam; undefined for no pinUvAuthParam. */
type Sign = (message: Uint8Array) => Uint8Array | undefined;

export interface AuthenticatorInState {
  platform: ManagementPlatform;
  sign: Sign;
}

/**
 * Returns an authenticator in this state, and a function that makes the pinUvAuthParam. Tokens are issued for `permissions` before
 * fingers and PIN are used up, with the PIN if there is one.
 */
export async function createInState(
  options: Partial<AuthenticatorOptions>,
  state: VerificationState,
  param: ParamKind,
  permissions?: number,
): Promise<AuthenticatorInState> {
  let verification: GestureOutcome = 'granted';
  const authenticator = createAuthenticator({
    persona: 'touchstone-complete',
    gestures: { respond: ({ kind }) => (kind === 'verification' ? verification : 'granted') },
    uvEnrolled: state.finger !== 'no finger',
    ...(state.pin !== 'no PIN' && { pin }),
    ...(state.pin === 'PIN blocked' && { retries: 1 }),
    ...options,
  });
  const platform = new ManagementPlatform(authenticator);
  const older = await issueToken(platform, state, permissions);
  if (permissions === undefined) authenticator.powerCycle(); // a newer token of CTAP 2.0 would be the same
  const newer = await issueToken(platform, state, permissions);
  verification = 'no-match';
  if (state.finger === 'fingers used up')
    while (authenticator.inspect().uvRetries > 0) await platform.makeCredential({ options: { uv: true } });
  if (state.pin === 'PIN blocked') await platform.pinToken(2, '0000');
  verification = 'granted';
  return { platform, sign: createSign(param, { older, newer }) };
}

function createSign(
  param: ParamKind,
  tokens: { older?: Uint8Array | undefined; newer?: Uint8Array | undefined },
): Sign {
  const authenticate = (token: Uint8Array | undefined) => (message: Uint8Array) =>
    hmacSha256(token ?? new Uint8Array(32).fill(1), message);
  const signers: Record<ParamKind, Sign> = {
    absent: () => undefined,
    empty: () => new Uint8Array(0),
    wrong: () => new Uint8Array(32),
    right: authenticate(tokens.newer),
    other: authenticate(tokens.older),
  };
  return signers[param];
}

/** Returns undefined if no token can be obtained in this state. CTAP 2.0 has only tokens for the PIN, without permissions. */
async function issueToken(
  platform: ManagementPlatform,
  state: VerificationState,
  permissions: number | undefined,
): Promise<Uint8Array | undefined> {
  const isForRelyingParty = ((permissions ?? 0) & (allPermissions.mc | allPermissions.ga)) !== 0;
  const grant = permissions === undefined ? undefined : { permissions, ...(isForRelyingParty && { rpId }) };
  if (state.pin === 'PIN') return (await platform.pinToken(2, pin, grant)).token;
  if (state.finger === 'no finger' || !grant) return undefined;
  const { protocol, secret, keyAgreement } = await platform.agreeOnSecret(2);
  const request = { pinUvAuthProtocol: 2, keyAgreement, ...grant };
  const { response } = await platform.clientPin('getPinUvAuthTokenUsingUvWithPermissions', request);
  return response.pinUvAuthToken && protocol.decrypt(secret, response.pinUvAuthToken);
}

export interface GridCell<Column extends string> {
  state: VerificationState;
  column: Column;
  expected: Expectation;
}

/**
 * Parses a grid: one line for each state, `PIN / finger: cell cell`, with the cells in the order of `columns`. A cell is a key of
 * `legend`, or `-` if the case does not exist.
 */
export function parseGrid<Column extends string>(
  grid: string,
  columns: readonly Column[],
  legend: Readonly<Record<string, Expectation>>,
): [title: string, cell: GridCell<Column>][] {
  const cells = grid
    .trim()
    .split('\n')
    .flatMap((line) => parseLine(line, columns, legend));
  const states = new Set(cells.map(([, { state }]) => `${state.pin} / ${state.finger}`));
  if (states.size !== pinStates.length * fingerStates.length)
    throw new Error(`The grid has only ${states.size} states`);
  return cells;
}

function parseLine<Column extends string>(
  line: string,
  columns: readonly Column[],
  legend: Readonly<Record<string, Expectation>>,
): [title: string, cell: GridCell<Column>][] {
  const [label = '', cells = ''] = line.split(':');
  const [pinState, fingerState] = label.split('/').map((part) => part.trim());
  const state = {
    pin: pinStates.find((one) => one === pinState),
    finger: fingerStates.find((one) => one === fingerState),
  };
  const keys = cells.trim().split(/\s+/);
  if (!state.pin || !state.finger || keys.length !== columns.length) throw new Error(`Cannot parse the line: ${line}`);
  return columns.flatMap((column, index): [string, GridCell<Column>][] => {
    const key = keys[index] ?? '';
    if (key === '-') return [];
    const expected = legend[key];
    if (!expected) throw new Error(`The legend has no ${key}`);
    const title = `${pinState}, ${fingerState}, ${column}: ${expected[0]} (${expected[1]})`;
    return [[title, { state: state as VerificationState, column, expected }]];
  });
}

/** Parses a grid whose columns are the kinds of pinUvAuthParam: absent, empty, wrong, right, other. */
export const parseParamGrid = (grid: string, legend: Readonly<Record<string, Expectation>>) =>
  parseGrid<ParamKind>(grid, paramKinds, legend);
