/** authenticatorClientPIN (0x06), CTAP 2.1 section 6.5.5: selects the subcommand, and implements those that only read. */
import type { CborMap } from '#protocol/cbor.ts';
import { type ClientPinSubCommand, clientPinSubCommands, commands } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import { encodeKeyAgreementKey } from '#protocol/pin-uv-auth.ts';
import { hasClientPinSubCommand, rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { uvRetriesLeft } from './built-in-verification.ts';
import type { ClientPinRequest, ClientPinResult, SubCommand } from './client-pin-subcommand.ts';
import type { CtapCommand } from './command.ts';
import { getPinToken, getTokenUsingPin, getTokenUsingUv } from './get-token.ts';
import { changePin, setPin } from './set-pin.ts';

export const clientPin: CtapCommand = {
  async execute(parameters, session, env): Promise<CborMap | undefined> {
    const request = commands.authenticatorClientPIN.request.parse(parameters === undefined ? new Map() : parameters);
    const { protocolRequiredInClientPin, unknownSubCommand } = rulesOf(env.persona);
    if (protocolRequiredInClientPin && request.pinUvAuthProtocol === undefined)
      throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'pinUvAuthProtocol');
    const name = names.get(request.subCommand);
    if (!name || !isSupported(name, env)) throw new CtapError(unknownSubCommand, `subCommand ${request.subCommand}`);
    const result = await subCommands[name](request, env, session);
    return result && commands.authenticatorClientPIN.response.encode(result);
  },
};

const names = new Map<number, ClientPinSubCommand>(
  Object.entries(clientPinSubCommands).map(([name, code]) => [code, name as ClientPinSubCommand]),
);

const subCommands: Record<ClientPinSubCommand, SubCommand> = {
  getPINRetries,
  getKeyAgreement,
  setPIN: setPin,
  changePIN: changePin,
  getPinToken,
  getPinUvAuthTokenUsingUvWithPermissions: getTokenUsingUv,
  getUVRetries,
  getPinUvAuthTokenUsingPinWithPermissions: getTokenUsingPin,
};

/** Subcommands with permissions need the option pinUvAuthToken, UV subcommands need built-in verification, others need a client PIN. */
function isSupported(name: ClientPinSubCommand, { persona }: AuthenticatorEnv): boolean {
  if (!hasClientPinSubCommand(persona, name)) return false;
  const { clientPin, pinUvAuthToken } = persona.options;
  switch (name) {
    case 'getPinUvAuthTokenUsingUvWithPermissions':
      return pinUvAuthToken === true && persona.builtInUv !== undefined;
    case 'getUVRetries':
      return persona.builtInUv !== undefined;
    case 'getPinUvAuthTokenUsingPinWithPermissions':
      return pinUvAuthToken === true && clientPin !== undefined;
    case 'getKeyAgreement':
      return persona.pinUvAuthProtocols.length > 0;
    default:
      return clientPin !== undefined;
  }
}

/** Section 6.5.5.2. */
function getPINRetries(_request: ClientPinRequest, { state, pinUvAuth }: AuthenticatorEnv): ClientPinResult {
  const powerCycleState = pinUvAuth.needsPowerCycle;
  return { pinRetries: state.persistent.pinRetries, ...(powerCycleState && { powerCycleState }) };
}

/** Section 6.5.5.3. */
function getUVRetries(_request: ClientPinRequest, env: AuthenticatorEnv): ClientPinResult {
  return { uvRetries: uvRetriesLeft(env) };
}

/** Section 6.5.5.4. */
function getKeyAgreement(
  { pinUvAuthProtocol }: ClientPinRequest,
  { pinUvAuth, faultHooks: { rules } }: AuthenticatorEnv,
): ClientPinResult {
  const protocol = pinUvAuth.protocol(pinUvAuthProtocol);
  if (!rules.keepKeyAgreement) pinUvAuth.regenerateKeyAgreement(protocol);
  return { keyAgreement: encodeKeyAgreementKey(pinUvAuth.keyAgreement(protocol)) };
}
