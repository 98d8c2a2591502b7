/** authenticatorGetInfo (0x04), CTAP 2.1 section 6.4 and CTAP 2.3: properties of the persona and of the state. */
import { concat, utf8 } from '#base/bytes.ts';
import { commands } from '#protocol/commands.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { aes128CbcEncrypt, hkdfSha256 } from '#protocol/crypto.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { type AuthenticatorConfigSubCommand, authenticatorConfigSubCommands } from '#protocol/management.ts';
import { listAttestationChoices } from '../attestation/choose-attestation.ts';
import { attestationFormats } from '../attestation/registry.ts';
import { hasInfoMember, hasOption } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { maxCredBlobLength } from '../extensions/cred-blob.ts';
import { defaultMaxPinLength } from '../personas/management-features.ts';
import type { CtapCommand } from './command.ts';
import { supportsConfigSubCommand } from './config.ts';
import { hasBuiltInUv, hasClientPin } from './protection.ts';

export const getInfo: CtapCommand = {
  execute: (_parameters, _session, env) => commands.authenticatorGetInfo.response.encode(infoOf(env)),
};

/** Returns the members that the persona's versions define. */
function infoOf(env: AuthenticatorEnv): AuthenticatorInfo {
  const { persona, state } = env;
  const optional = Object.entries({
    ...limitMembers(env),
    ...pinMembers(env),
    ...managementMembers(env),
    ...encryptedMembers(env),
  });
  return {
    versions: persona.versions.filter((version) => version !== 'U2F_V2' || !state.persistent.alwaysUv), // section 7.2.4
    ...(persona.extensions.length > 0 && { extensions: [...persona.extensions] }),
    aaguid: state.identity.aaguid,
    options: optionsOf(env),
    ...Object.fromEntries(optional.filter(([name]) => hasInfoMember(persona, name as keyof AuthenticatorInfo))),
  };
}

/** Returns the options that the persona's versions define. An option is absent without its feature, and true once it is set up. */
function optionsOf(env: AuthenticatorEnv): Record<string, boolean> {
  const { persona, state } = env;
  const { clientPin, alwaysUv, makeCredUvNotRqd, ...fixed } = persona.options;
  const { credentialManagement, bioEnrollment, config, enterpriseAttestation, largeBlobs } = persona.features ?? {};
  const options: Record<string, boolean | undefined> = {
    ...fixed,
    up: true,
    clientPin: clientPin === undefined ? undefined : hasClientPin(env),
    uv: persona.builtInUv && hasBuiltInUv(env),
    alwaysUv: alwaysUv === undefined && !config?.toggleAlwaysUv ? undefined : state.persistent.alwaysUv,
    makeCredUvNotRqd: makeCredUvNotRqd && !state.persistent.alwaysUv,
    credMgmt: credentialManagement && true,
    credentialMgmtPreview: credentialManagement && true,
    perCredMgmtRO: credentialManagement?.persistentReadOnly,
    bioEnroll: bioEnrollment && state.persistent.fingerprints.length > 0,
    userVerificationMgmtPreview: bioEnrollment && state.persistent.fingerprints.length > 0,
    uvBioEnroll: bioEnrollment?.byFingerprint,
    authnrCfg: config && true,
    uvAcfg: config?.byFingerprint,
    setMinPINLength: supportsConfigSubCommand(persona, 'setMinPINLength') || undefined,
    ep: enterpriseAttestation && state.persistent.enterpriseAttestation,
    largeBlobs: largeBlobs && true,
  };
  return Object.fromEntries(
    Object.entries(options).filter(
      (entry): entry is [string, boolean] => entry[1] !== undefined && hasOption(persona, entry[0]),
    ),
  );
}

function limitMembers({ persona, state: { persistent } }: AuthenticatorEnv): Partial<AuthenticatorInfo> {
  const { builtInUv, features } = persona;
  const largeBlobs = features?.largeBlobs;
  return {
    maxMsgSize: persona.maxMsgSize,
    ...(persona.pinUvAuthProtocols.length > 0 && { pinUvAuthProtocols: [...persona.pinUvAuthProtocols] }),
    maxCredentialCountInList: persona.maxCredentialCountInList,
    maxCredentialIdLength: persona.maxCredentialIdLength,
    transports: [...persona.transports],
    algorithms: persona.algorithms.map((name) => ({ type: 'public-key', alg: coseAlgorithms[name].alg })),
    ...(largeBlobs && { maxSerializedLargeBlobArray: largeBlobs.maxSerializedLargeBlobArray }),
    ...(persona.extensions.includes('credBlob') && { maxCredBlobLength }),
    ...(persona.firmwareVersion !== undefined && { firmwareVersion: persona.firmwareVersion }),
    ...(builtInUv && { preferredPlatformUvAttempts: builtInUv.attempts, uvModality: builtInUv.uvModality }),
    remainingDiscoverableCredentials: persistent.credentials.remaining,
    attestationFormats: [...new Set(listAttestationChoices(persona).map((choice) => attestationFormats[choice].fmt))],
  };
}

function pinMembers({ persona, state: { persistent } }: AuthenticatorEnv): Partial<AuthenticatorInfo> {
  const { builtInUv, features, options } = persona;
  if (options.clientPin === undefined) return {};
  const url = features?.pinComplexity?.url;
  return {
    ...(features?.config && { forcePINChange: persistent.forcePinChange }),
    minPINLength: persistent.minPinLength,
    ...(builtInUv && { uvCountSinceLastPinEntry: persistent.uvCountSinceLastPinEntry }),
    ...(features?.pinComplexity && { pinComplexityPolicy: persistent.pinComplexityPolicy }),
    ...(url !== undefined && { pinComplexityPolicyURL: utf8(url) }),
    maxPINLength: features?.maxPINLength ?? defaultMaxPinLength,
  };
}

function managementMembers({ persona, state: { persistent } }: AuthenticatorEnv): Partial<AuthenticatorInfo> {
  const { config, transportsForReset } = persona.features ?? {};
  const names = Object.keys(authenticatorConfigSubCommands) as AuthenticatorConfigSubCommand[];
  return {
    ...(config && { maxRPIDsForSetMinPINLength: config.maxRPIDsForSetMinPINLength }),
    ...(config?.longTouchForReset && { longTouchForReset: persistent.longTouchForReset }),
    ...(transportsForReset && { transportsForReset: [...transportsForReset] }),
    ...(config && {
      authenticatorConfigCommands: names
        .filter((name) => supportsConfigSubCommand(persona, name))
        .map((name) => authenticatorConfigSubCommands[name]),
    }),
  };
}

/** encIdentifier and encCredStoreState, for a platform with the persistent token. The bytes differ in every response. */
function encryptedMembers({
  persona,
  random,
  state: { persistent },
  faultHooks: { rules },
}: AuthenticatorEnv): Partial<AuthenticatorInfo> {
  const { persistentToken, deviceIdentifier, credStoreState } = persistent;
  if (!persona.features?.encryptedIdentifiers || !persistentToken) return {};
  const encrypt = (name: string, plaintext: Uint8Array) => {
    const iv = rules.renewInitializationVectors ? random.bytes(16) : new Uint8Array(16);
    return concat(iv, aes128CbcEncrypt(hkdfSha256(persistentToken, new Uint8Array(32), name, 16), iv, plaintext));
  };
  return {
    encIdentifier: encrypt('encIdentifier', rules.keepIdentifier ? deviceIdentifier : random.bytes(16)),
    encCredStoreState: encrypt('encCredStoreState', credStoreState),
  };
}
