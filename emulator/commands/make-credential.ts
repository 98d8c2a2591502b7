/**
 * authenticatorMakeCredential (0x01), CTAP 2.1 section 6.1: creates and attests the credential of a registration that the
 * user has authorized. PIN/UV state, gestures, extensions, keys and attestation are separate modules.
 */
import { commands } from '#protocol/commands.ts';
import { sha256 } from '#protocol/crypto.ts';
import { attestCredential } from '../attestation/attest.ts';
import { chooseAttestation } from '../attestation/choose-attestation.ts';
import type { CredentialProperties } from '../credential-keys.ts';
import type { CredentialExtras } from '../credential-store.ts';
import { type CredentialSteps, rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { runMakeCredentialExtensions } from '../extensions/registry.ts';
import { authorizeRegistration } from './authorize-registration.ts';
import type { CtapCommand } from './command.ts';
import { renewCredStoreState } from './credentials.ts';
import { authorizeRegistrationCtap20 } from './ctap20-steps.ts';
import { checkIcons, toStoredUser } from './icons.ts';
import type { MakeCredentialRequest } from './registration.ts';
import { answerZeroLengthPinUvAuthParam } from './user-verification.ts';

const authorize: Record<CredentialSteps, typeof authorizeRegistration> = {
  'CTAP 2.0': authorizeRegistrationCtap20,
  'CTAP 2.1': authorizeRegistration,
};

export const makeCredential: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorMakeCredential.request.parse(
      parameters === undefined ? new Map() : parameters,
    );
    checkIcons(request, env);
    await answerZeroLengthPinUvAuthParam(request, session, env); // step 1
    const rpIdHash = sha256(request.rp.id);
    const authorized = await authorize[rulesOf(env.persona).credentialSteps](request, rpIdHash, session, env); // steps 2 to 14
    const { algorithm, discoverable, isEnterprise, user } = authorized;
    const { properties, computeOutputs } = runMakeCredentialExtensions(request, { discoverable, user }, env); // step 15
    const credential = createCredential(request, { algorithm, discoverable, ...properties }, rpIdHash, env);
    const extensions = computeOutputs(credential.credentialId);
    if (discoverable) renewCredStoreState(env);
    const attestation = isEnterprise ? 'packed-enterprise' : chooseAttestation(request, algorithm, env.persona);
    const { clientDataHash } = request;
    return attestCredential({ clientDataHash, rpIdHash, user, credential, extensions, attestation }, env); // step 19
  },
};

/** Steps 16 to 18: creates the key pair, and stores a discoverable credential with its account. */
function createCredential(
  { rp, user }: MakeCredentialRequest,
  properties: CredentialProperties & CredentialExtras,
  rpIdHash: Uint8Array,
  env: AuthenticatorEnv,
) {
  const { persistent } = env.state;
  const { credentialId, key } = persistent.keys.create(properties, rpIdHash);
  if (properties.discoverable)
    persistent.credentials.put({ ...properties, id: credentialId, rpId: rp.id, user: toStoredUser(user, env) });
  return { credentialId, key };
}
