/** authenticatorConfig (0x0D), CTAP 2.1 section 6.11 and CTAP 2.2. */
import { type CommandRequest, commands, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import {
  type AuthenticatorConfigSubCommand,
  authenticatorConfigSubCommands,
  setMinPinLengthParams,
} from '#protocol/management.ts';
import type { AuthenticatorEnv } from '../env.ts';
import { defaultMaxPinLength } from '../personas/features.ts';
import type { Persona } from '../personas/persona.ts';
import { hasConfigSubCommand } from '../versions.ts';
import type { CtapCommand } from './command.ts';
import { commandPrefix, requireToken, signedMessage } from './management-token.ts';
import { isProtected } from './user-verification.ts';

type Request = CommandRequest<'authenticatorConfig'>;

export const authenticatorConfig: CtapCommand = {
  execute(parameters, _session, env) {
    const request = commands.authenticatorConfig.request.parse(parameters ?? new Map());
    const name = names.get(request.subCommand);
    if (!name || !supportsConfig(env.persona, name))
      throw new CtapError('CTAP2_ERR_INVALID_SUBCOMMAND', `${request.subCommand}`);
    if (mustVerify(name, env)) {
      const message = signedMessage(commandPrefix(0x0d), request.subCommand, request.subCommandParams);
      requireToken(request, message, permissions.acfg, env);
    }
    subCommands[name](request, env);
    return undefined;
  },
};

const names = new Map<number, AuthenticatorConfigSubCommand>(
  Object.entries(authenticatorConfigSubCommands).map(([name, code]) => [code, name as AuthenticatorConfigSubCommand]),
);

/** Section 6.11 step 3: a fresh authenticator with alwaysUv on can be told to turn it off although nobody can be verified yet. */
const mustVerify = (name: AuthenticatorConfigSubCommand, env: AuthenticatorEnv): boolean =>
  isProtected(env) || (env.state.persistent.alwaysUv && name !== 'toggleAlwaysUv');

/** What the persona has of the subcommands that its versions know. */
export function supportsConfig(persona: Persona, name: AuthenticatorConfigSubCommand): boolean {
  const { config, enterpriseAttestation } = persona.features ?? {};
  const has: Record<AuthenticatorConfigSubCommand, boolean> = {
    enableEnterpriseAttestation: enterpriseAttestation !== undefined,
    toggleAlwaysUv: config?.toggleAlwaysUv === true,
    setMinPINLength: persona.options.clientPin !== undefined,
    enableLongTouchForReset: config?.longTouchForReset === true,
    vendorPrototype: false,
  };
  return config !== undefined && has[name] && hasConfigSubCommand(persona, name);
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
  /** CTAP 2.2 section 6.11.5: it cannot be turned off again but by a reset. */
  enableLongTouchForReset(_request, { state: { persistent } }) {
    persistent.longTouchForReset = true;
  },
  /** Section 6.11.3: `supportsConfig` lets none through. */
  vendorPrototype() {
    throw new CtapError('CTAP2_ERR_INVALID_SUBCOMMAND', 'vendorPrototype');
  },
};

/** Section 6.11.4: everything is checked before anything changes. */
function setMinPINLength(
  { subCommandParams }: Request,
  { persona, state: { persistent }, pinUvAuth }: AuthenticatorEnv,
) {
  const wanted = setMinPinLengthParams.parse(subCommandParams ?? new Map());
  const length = wanted.newMinPINLength ?? persistent.minPinLength;
  if (length < persistent.minPinLength)
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', `${length} is less than ${persistent.minPinLength}`);
  if (length > (persona.features?.maxPINLength ?? defaultMaxPinLength))
    throw new CtapError('CTAP2_ERR_PIN_POLICY_VIOLATION', `no PIN can have ${length} code points`);
  if (wanted.forceChangePin && !persistent.pin) throw new CtapError('CTAP2_ERR_PIN_NOT_SET');
  const most = persona.features?.config?.maxRPIDsForSetMinPINLength ?? 0;
  if (wanted.minPinLengthRPIDs && wanted.minPinLengthRPIDs.length > most)
    throw new CtapError('CTAP2_ERR_KEY_STORE_FULL', `${wanted.minPinLengthRPIDs.length} RP ids, at most ${most}`);
  if (wanted.pinComplexityPolicy !== undefined && !persona.features?.pinComplexity)
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'pinComplexityPolicy');
  persistent.minPinLength = length;
  if (wanted.minPinLengthRPIDs) persistent.minPinLengthRpIds = wanted.minPinLengthRPIDs;
  if (wanted.pinComplexityPolicy) persistent.pinComplexityPolicy = true;
  if (wanted.forceChangePin || (persistent.pin && persistent.pin.codePoints < length)) {
    persistent.forcePinChange = true;
    pinUvAuth.resetTokens();
  }
}
