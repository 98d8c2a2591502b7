/** authenticatorCredentialManagement (0x0A, preview 0x41), CTAP 2.1 section 6.8: lists, changes and deletes stored credentials. */
import { equal } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { type CommandRequest, type CommandResponse, commands, permissions } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import {
  type CredentialManagementSubCommand,
  credentialManagementParams,
  credentialManagementSubCommands,
} from '#protocol/management.ts';
import type { StoredCredential } from '../credential-store.ts';
import { rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Channel } from '../session.ts';
import type { Enumeration } from '../state.ts';
import type { CtapCommand } from './command.ts';
import { renewCredStoreState } from './credentials.ts';
import { requireReadToken, requireToken, signedMessage } from './management-token.ts';

type Request = CommandRequest<'authenticatorCredentialManagement'>;
type Response = CommandResponse<'authenticatorCredentialManagement'>;
type SubCommand = (request: Request, env: AuthenticatorEnv, channel: Channel) => Response | CborMap | undefined;
/** The channel of a request and of its enumeration. */
interface Sender {
  channel: Channel;
  env: AuthenticatorEnv;
}

export const credentialManagement: CtapCommand = {
  execute(parameters, { channel }, env) {
    const request = commands.authenticatorCredentialManagement.request.parse(
      parameters === undefined ? new Map() : parameters,
    );
    const name = names.get(request.subCommand);
    if (!name) throw new CtapError(rulesOf(env.persona).unknownSubCommand, `${request.subCommand}`);
    if (!continuing.has(name)) env.state.volatile.enumeration.end(channel);
    const result = subCommands[name](request, env, channel);
    return result instanceof Map || !result ? result : encode(result);
  },
};

const names = new Map<number, CredentialManagementSubCommand>(
  Object.entries(credentialManagementSubCommands).map(([name, code]) => [code, name as CredentialManagementSubCommand]),
);
/** The subcommands that continue an enumeration. */
const continuing = new Set<CredentialManagementSubCommand>([
  'enumerateRPsGetNextRP',
  'enumerateCredentialsGetNextCredential',
]);

const subCommands: Record<CredentialManagementSubCommand, SubCommand> = {
  getCredsMetadata,
  enumerateRPsBegin,
  enumerateRPsGetNextRP: (_request, env, channel) => enumerateNext('relying parties', { channel, env }),
  enumerateCredentialsBegin,
  enumerateCredentialsGetNextCredential: (_request, env, channel) => enumerateNext('credentials', { channel, env }),
  deleteCredential,
  updateUserInformation,
};

const encode = (response: Response): CborMap => commands.authenticatorCredentialManagement.response.encode(response);
/** The bytes that the pinUvAuthParam signs. */
const signedPart = ({ subCommand, subCommandParams }: Request) => signedMessage([], subCommand, subCommandParams);

/** Section 6.8.2. */
function getCredsMetadata(request: Request, env: AuthenticatorEnv): Response {
  requireUnboundReadToken(request, env);
  const { credentials } = env.state.persistent;
  return {
    existingResidentCredentialsCount: credentials.size,
    maxPossibleRemainingResidentCredentialsCount: credentials.remaining,
  };
}

/** Section 6.8.3. */
function enumerateRPsBegin(request: Request, env: AuthenticatorEnv, channel: Channel): CborMap {
  requireUnboundReadToken(request, env);
  const rpIds = env.state.persistent.credentials.relyingParties();
  return beginEnumeration(
    'relying parties',
    rpIds.map((id) => () => ({ rp: { id }, rpIDHash: sha256(id) })),
    { totalRPs: rpIds.length },
    { channel, env },
  );
}

/** Section 6.8.4. */
function enumerateCredentialsBegin(request: Request, env: AuthenticatorEnv, channel: Channel): CborMap {
  refuseWithoutToken(request);
  const { rpIDHash } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!rpIDHash) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'rpIDHash');
  const use = requireReadToken(request, signedPart(request), env);
  if (use?.rpId !== undefined && !equal(sha256(use.rpId), rpIDHash)) throw boundError(use.rpId);
  const { credentials } = env.state.persistent;
  const rpId = credentials.relyingParties().find((id) => equal(sha256(id), rpIDHash));
  const found = rpId === undefined ? [] : credentials.ofRelyingParty(rpId);
  return beginEnumeration(
    'credentials',
    found.map((credential) => () => entryOf(credential, env)),
    { totalCredentials: found.length },
    { channel, env },
  );
}

function entryOf(credential: StoredCredential, env: AuthenticatorEnv): Response {
  const { id, user, algorithm, credProtect, largeBlobKey, thirdPartyPayment } = credential;
  return {
    user,
    credentialID: { id, type: 'public-key' },
    publicKey: env.state.persistent.keys.signingKey(id, algorithm).publicKey,
    credProtect,
    ...(largeBlobKey && { largeBlobKey }),
    ...(env.persona.extensions.includes('thirdPartyPayment') && { thirdPartyPayment: thirdPartyPayment === true }),
  };
}

/** Section 6.8.5: a token that is bound to a relying party can delete the credentials of that relying party. */
function deleteCredential(request: Request, env: AuthenticatorEnv): undefined {
  refuseWithoutToken(request);
  const { credentialID } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!credentialID) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'credentialID');
  const credential = findWritable(request, credentialID.id, env);
  const { credentials } = env.state.persistent;
  if (env.faultHooks.rules.forgetDeletedCredentials) credentials.delete(credential);
  else credentials.unlist(credential);
  renewCredStoreState(env);
}

/** Section 6.8.6: replaces the names of an account; a missing or empty name is removed. */
function updateUserInformation(request: Request, env: AuthenticatorEnv): undefined {
  refuseWithoutToken(request);
  const { credentialID, user } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!credentialID || !user) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'credentialID and user');
  const credential = findWritable(request, credentialID.id, env);
  if (!equal(user.id, credential.user.id))
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'user.id is not that of the credential');
  const { id, name, displayName } = user;
  env.state.persistent.credentials.update(credential.id, {
    user: { id, ...(name && { name }), ...(displayName && { displayName }) },
  });
  renewCredStoreState(env);
}

/** Returns the credential if the token allows changing it. @throws {CtapError} CTAP2_ERR_PIN_AUTH_INVALID, CTAP2_ERR_NO_CREDENTIALS */
function findWritable(request: Request, id: Uint8Array, env: AuthenticatorEnv): StoredCredential {
  const use = requireToken(request, signedPart(request), permissions.cm, env);
  const credential = env.state.persistent.credentials.byId(id);
  if (use.rpId !== undefined && use.rpId !== credential?.rpId) throw boundError(use.rpId);
  if (!credential) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  return credential;
}

function requireUnboundReadToken(request: Request, env: AuthenticatorEnv): void {
  const use = requireReadToken(request, signedPart(request), env);
  if (use?.rpId !== undefined) throw boundError(use.rpId);
}

function refuseWithoutToken({ pinUvAuthParam }: Request): void {
  if (!pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
}

const boundError = (rpId: string) => new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', `the token is for ${rpId} only`);

/** Returns the first response with the total; GetNext returns the others. */
function beginEnumeration(
  of: 'relying parties' | 'credentials',
  responses: readonly (() => Response)[],
  total: Response,
  { channel, env }: Sender,
): CborMap {
  const [first, ...remaining] = responses;
  if (!first) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  if (remaining.length > 0) {
    const encoded = remaining.map((response) => () => encode(response()));
    continueLater({ of, remaining: encoded }, channel, env);
  }
  return encode({ ...first(), ...total });
}

/** Section 6: the state of a stateful command may expire after 30 seconds. */
const expiresAfterMs = 30_000;

/** Also refuses to continue when the stored credentials have changed: the rest of the list may no longer be stored. */
function enumerateNext(of: 'relying parties' | 'credentials', { channel, env }: Sender): CborMap {
  const { state, clock } = env;
  const enumeration = state.volatile.enumeration.of(channel);
  state.volatile.enumeration.end(channel);
  const [respond, ...remaining] = enumeration?.of === of ? enumeration.remaining : [];
  const isValid =
    enumeration?.revision === state.persistent.credentials.revision &&
    clock.monotonic() - enumeration.lastAnsweredAt < expiresAfterMs;
  if (!respond || !isValid) throw new CtapError('CTAP2_ERR_NOT_ALLOWED', `no enumeration of ${of} is in progress`);
  continueLater({ of, remaining }, channel, env);
  return respond();
}

function continueLater(
  rest: Pick<Enumeration, 'of' | 'remaining'>,
  channel: Channel,
  { state: { volatile, persistent }, clock }: AuthenticatorEnv,
): void {
  const { revision } = persistent.credentials;
  volatile.enumeration.set(channel, { ...rest, revision, lastAnsweredAt: clock.monotonic() });
}
