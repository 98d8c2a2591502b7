/** authenticatorGetInfo (0x04), CTAP 2.1 section 6.4: the persona, and what of the state it shows. */
import { commands } from '#protocol/commands.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Persona } from '../personas/persona.ts';
import type { CtapCommand } from './command.ts';
import { hasBuiltInUv, hasClientPin } from './user-verification.ts';

export const getInfo: CtapCommand = {
  execute: (_parameters, _session, env) => commands.authenticatorGetInfo.response.encode(infoOf(env)),
};

function infoOf(env: AuthenticatorEnv): AuthenticatorInfo {
  const { persona, state } = env;
  return {
    versions: [...persona.versions],
    ...(persona.extensions.length > 0 && { extensions: [...persona.extensions] }),
    aaguid: state.identity.aaguid,
    options: describeOptions(env),
    maxMsgSize: persona.maxMsgSize,
    ...(persona.pinUvAuthProtocols.length > 0 && { pinUvAuthProtocols: [...persona.pinUvAuthProtocols] }),
    ...(knows21(persona) && membersSince21(env)),
  };
}

/** `clientPin` and `uv` are there when the feature is, and true once it is set up. */
function describeOptions(env: AuthenticatorEnv): Record<string, boolean> {
  const { clientPin, alwaysUv, ...fixed } = env.persona.options;
  return {
    ...fixed,
    up: true,
    ...(clientPin !== undefined && { clientPin: hasClientPin(env) }),
    ...(env.persona.builtInUv && { uv: hasBuiltInUv(env) }),
    ...(alwaysUv !== undefined && { alwaysUv }),
  };
}

const knows21 = ({ versions }: Persona) => versions.includes('FIDO_2_1') || versions.includes('FIDO_2_1_PRE');

function membersSince21({ persona, state: { persistent } }: AuthenticatorEnv): Partial<AuthenticatorInfo> {
  const complete = persona.versions.includes('FIDO_2_1');
  return {
    maxCredentialCountInList: persona.maxCredentialCountInList,
    maxCredentialIdLength: persona.maxCredentialIdLength,
    transports: [...persona.transports],
    algorithms: persona.algorithms.map((name) => ({ type: 'public-key', alg: coseAlgorithms[name].alg })),
    ...(complete && persona.options.clientPin !== undefined && { minPINLength: persistent.minPinLength }),
    ...(persona.firmwareVersion !== undefined && { firmwareVersion: persona.firmwareVersion }),
    ...(complete &&
      persona.builtInUv && {
        preferredPlatformUvAttempts: persona.builtInUv.attempts,
        uvModality: persona.builtInUv.uvModality,
      }),
    ...(complete && { remainingDiscoverableCredentials: persistent.credentials.remaining }),
  };
}
