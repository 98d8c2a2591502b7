/** authenticatorCredentialManagement (0x0A, in the preview 0x41), CTAP 2.1 section 6.8: what is stored, told to and changed by a verified user. */
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
import type { AuthenticatorEnv } from '../env.ts';
import { rulesOf } from '../versions.ts';
import type { CtapCommand } from './command.ts';
import { credentialStoreChanged } from './credentials.ts';
import { requireReader, requireToken, signedMessage } from './management-token.ts';

type Request = CommandRequest<'authenticatorCredentialManagement'>;
type Response = CommandResponse<'authenticatorCredentialManagement'>;
type SubCommand = (request: Request, env: AuthenticatorEnv) => Response | CborMap | undefined;

export const credentialManagement: CtapCommand = {
  execute(parameters, _session, env) {
    const request = commands.authenticatorCredentialManagement.request.parse(parameters ?? new Map());
    const name = names.get(request.subCommand);
    if (!name) throw new CtapError(rulesOf(env.persona).unknownSubCommand, `${request.subCommand}`);
    if (!goesOn.has(name)) env.state.volatile.enumeration = undefined;
    const result = subCommands[name](request, env);
    return result instanceof Map || !result ? result : encode(result);
  },
};

const names = new Map<number, CredentialManagementSubCommand>(
  Object.entries(credentialManagementSubCommands).map(([name, code]) => [code, name as CredentialManagementSubCommand]),
);
const goesOn = new Set<CredentialManagementSubCommand>([
  'enumerateRPsGetNextRP',
  'enumerateCredentialsGetNextCredential',
]);

const subCommands: Record<CredentialManagementSubCommand, SubCommand> = {
  getCredsMetadata,
  enumerateRPsBegin,
  enumerateRPsGetNextRP: (_request, env) => next('relying parties', env),
  enumerateCredentialsBegin,
  enumerateCredentialsGetNextCredential: (_request, env) => next('credentials', env),
  deleteCredential,
  updateUserInformation,
};

const encode = (response: Response): CborMap => commands.authenticatorCredentialManagement.response.encode(response);
const messageOf = ({ subCommand, subCommandParams }: Request) => signedMessage([], subCommand, subCommandParams);

/** Section 6.8.2. */
function getCredsMetadata(request: Request, env: AuthenticatorEnv): Response {
  requireUnboundReader(request, env);
  const { credentials } = env.state.persistent;
  return {
    existingResidentCredentialsCount: credentials.size,
    maxPossibleRemainingResidentCredentialsCount: credentials.remaining,
  };
}

/** Section 6.8.3. */
function enumerateRPsBegin(request: Request, env: AuthenticatorEnv): CborMap {
  requireUnboundReader(request, env);
  const rpIds = env.state.persistent.credentials.relyingParties();
  return begin(
    'relying parties',
    rpIds.map((id) => () => ({ rp: { id }, rpIDHash: sha256(id) })),
    { totalRPs: rpIds.length },
    env,
  );
}

/** Section 6.8.4. */
function enumerateCredentialsBegin(request: Request, env: AuthenticatorEnv): CborMap {
  refuseWithoutProof(request);
  const { rpIDHash } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!rpIDHash) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'rpIDHash');
  const use = requireReader(request, messageOf(request), env);
  if (use?.rpId !== undefined && !equal(sha256(use.rpId), rpIDHash)) throw boundToAnother(use.rpId);
  const { credentials } = env.state.persistent;
  const rpId = credentials.relyingParties().find((id) => equal(sha256(id), rpIDHash));
  const found = rpId === undefined ? [] : credentials.ofRelyingParty(rpId);
  return begin(
    'credentials',
    found.map((credential) => () => entryOf(credential, env)),
    { totalCredentials: found.length },
    env,
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

/** Section 6.8.5: also a token that is bound to the credential's relying party may delete it. */
function deleteCredential(request: Request, env: AuthenticatorEnv): undefined {
  refuseWithoutProof(request);
  const { credentialID } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!credentialID) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'credentialID');
  const credential = writable(request, credentialID.id, env);
  env.state.persistent.credentials.delete(credential);
  credentialStoreChanged(env);
}

/** Section 6.8.6: the names of an account; what the request leaves out or empty is removed. */
function updateUserInformation(request: Request, env: AuthenticatorEnv): undefined {
  refuseWithoutProof(request);
  const { credentialID, user } = credentialManagementParams.parse(request.subCommandParams ?? new Map());
  if (!credentialID || !user) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'credentialID and user');
  const credential = writable(request, credentialID.id, env);
  if (!equal(user.id, credential.user.id)) throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'user.id is of another');
  const { id, name, displayName } = user;
  env.state.persistent.credentials.update(credential.id, {
    user: { id, ...(name && { name }), ...(displayName && { displayName }) },
  });
  credentialStoreChanged(env);
}

/** @throws {CtapError} CTAP2_ERR_PIN_AUTH_INVALID, CTAP2_ERR_NO_CREDENTIALS */
function writable(request: Request, id: Uint8Array, env: AuthenticatorEnv): StoredCredential {
  const use = requireToken(request, messageOf(request), permissions.cm, env);
  const credential = env.state.persistent.credentials.byId(id);
  if (use.rpId !== undefined && use.rpId !== credential?.rpId) throw boundToAnother(use.rpId);
  if (!credential) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  return credential;
}

function requireUnboundReader(request: Request, env: AuthenticatorEnv): void {
  const use = requireReader(request, messageOf(request), env);
  if (use?.rpId !== undefined) throw boundToAnother(use.rpId);
}

function refuseWithoutProof({ pinUvAuthParam }: Request): void {
  if (!pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
}

const boundToAnother = (rpId: string) => new CtapError('CTAP2_ERR_PIN_AUTH_INVALID', `the token is for ${rpId} only`);

/** The first of several answers, with their number; the others wait for GetNext. */
function begin(
  of: 'relying parties' | 'credentials',
  answers: readonly (() => Response)[],
  total: Response,
  { state, clock }: AuthenticatorEnv,
): CborMap {
  const [first, ...rest] = answers;
  if (!first) throw new CtapError('CTAP2_ERR_NO_CREDENTIALS');
  if (rest.length > 0)
    state.volatile.enumeration = { of, rest: rest.map((answer) => () => encode(answer())), lastAt: clock.monotonic() };
  return encode({ ...first(), ...total });
}

/** Section 6: what a stateful command remembers may be forgotten after 30 seconds. */
const rememberedForMs = 30_000;

function next(of: 'relying parties' | 'credentials', { state: { volatile }, clock }: AuthenticatorEnv): CborMap {
  const { enumeration } = volatile;
  volatile.enumeration = undefined;
  const [answer, ...rest] = enumeration?.of === of ? enumeration.rest : [];
  if (!enumeration || !answer || clock.monotonic() - enumeration.lastAt >= rememberedForMs)
    throw new CtapError('CTAP2_ERR_NOT_ALLOWED', `no enumeration of ${of} goes on`);
  volatile.enumeration = { of, rest, lastAt: clock.monotonic() };
  return answer();
}
