/** authenticatorConfig (0x0D), CTAP 2.1 section 6.11 and CTAP 2.2. */
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import {
  type AuthenticatorConfigSubCommand,
  authenticatorConfigSubCommands,
  setMinPinLengthParams,
} from '#protocol/management.ts';
import { hasConfigSubCommand } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { defaultMaxPinLength } from '../personas/management-features.ts';
import type { Persona } from '../personas/persona.ts';
import type { CtapCommand } from './command.ts';
import { commandPrefix, requireToken, signedMessage } from './management-token.ts';
import { isProtected } from './protection.ts';

type Request = CommandRequest<'authenticatorConfig'>;

export const authenticatorConfig: CtapCommand = {
  execute(parameters, _session, env) {
    const request = commands.authenticatorConfig.request.parse(parameters === undefined ? new Map() : parameters);
    const name = names.get(request.subCommand);
    if (!name || !supportsConfigSubCommand(env.persona, name)) throw unsupportedError(request.subCommand); // step 1
    if (needsToken(name, env)) {
      const message = signedMessage(commandPrefix(0x0d), request.subCommand, request.subCommandParams);
      requireToken(request, message, permissions.acfg, env);
    }
    subCommands[name](request, env);
    return undefined;
  },
};

/** Section 6.11 step 1. Unlike other commands, authenticatorConfig does not answer CTAP2_ERR_INVALID_SUBCOMMAND. */
const unsupportedError = (subCommand: number) =>
  new CtapError('CTAP1_ERR_INVALID_PARAMETER', `subCommand ${subCommand}`);

const names = new Map<number, AuthenticatorConfigSubCommand>(
  Object.entries(authenticatorConfigSubCommands).map(([name, code]) => [code, name as AuthenticatorConfigSubCommand]),
);

/** Section 6.11 steps 2 and 3: alwaysUv can be turned off without a token while no user verification is set up. */
const needsToken = (name: AuthenticatorConfigSubCommand, env: AuthenticatorEnv): boolean =>
  isProtected(env) || (env.state.persistent.alwaysUv && name !== 'toggleAlwaysUv');

/** Returns whether the persona and its versions have the subcommand. */
export function supportsConfigSubCommand(persona: Persona, name: AuthenticatorConfigSubCommand): boolean {
  const { config, enterpriseAttestation } = persona.features ?? {};
  const isInPersona: Record<AuthenticatorConfigSubCommand, boolean> = {
    enableEnterpriseAttestation: enterpriseAttestation !== undefined,
    toggleAlwaysUv: config?.toggleAlwaysUv === true,
    setMinPINLength: persona.options.clientPin !== undefined,
    enableLongTouchForReset: config?.longTouchForReset === true,
    vendorPrototype: false,
  };
  return config !== undefined && isInPersona[name] && hasConfigSubCommand(persona, name);
}

const subCommands: Record<AuthenticatorConfigSubCommand, (request: Request, env: AuthenticatorEnv) => void> = {
  /** Section 6.11.1. */
  enableEnterpriseAttestation(_request, { state: { persistent } }) {
    persistent.enterpriseAttestation = true;
  },
  /** Section 6.11.2. */
  toggleAlwaysUv(_request, { state: { persistent } }) {
    persistent.alwaysUv = !persistent.alwaysUv;
  },
  setMinPINLength,
  /** CTAP 2.2 section 6.11.5: only a reset turns it off again. */
  enableLongTouchForReset(_request, { state: { persistent } }) {
    persistent.longTouchForReset = true;
  },
  /** Section 6.11.3: no persona has it, see `supportsConfigSubCommand`. */
  vendorPrototype({ subCommand }) {
    throw unsupportedError(subCommand);
  },
};

/** Section 6.11.4: checks all parameters before it changes anything. */
function setMinPINLength(
  { subCommandParams }: Request,
  { persona, state: { persistent }, pinUvAuth }: AuthenticatorEnv,
) {
  const params = setMinPinLengthParams.parse(subCommandParams ?? new Map());
  const length = params.newMinPINLength ?? persistent.minPinLength;
  if (length < persistent.minPinLength)
    throw new CtapError(
      'CTAP2_ERR_PIN_POLICY_VIOLATION',
      `${length} is less than the current ${persistent.minPinLength}`,
    );
  if (length > (persona.features?.maxPINLength ?? defaultMaxPinLength))
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', `a PIN cannot have ${length} code points`);
  if (params.forceChangePin && !persistent.pin) throw new CtapError('CTAP2_ERR_PIN_NOT_SET');
  const maxRpIds = persona.features?.config?.maxRPIDsForSetMinPINLength ?? 0;
  if (params.minPinLengthRPIDs && params.minPinLengthRPIDs.length > maxRpIds)
    throw new CtapError('CTAP2_ERR_KEY_STORE_FULL', `${params.minPinLengthRPIDs.length} RP ids, at most ${maxRpIds}`);
  if (params.pinComplexityPolicy !== undefined && !persona.features?.pinComplexity)
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'pinComplexityPolicy');
  persistent.minPinLength = length;
  if (params.minPinLengthRPIDs) persistent.minPinLengthRpIds = params.minPinLengthRPIDs;
  if (params.pinComplexityPolicy) persistent.pinComplexityPolicy = true;
  if (params.forceChangePin || (persistent.pin && persistent.pin.codePoints < length)) {
    persistent.forcePinChange = true;
    pinUvAuth.resetTokens();
  }
}
