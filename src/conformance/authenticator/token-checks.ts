/** The requirements on the token of a subcommand, which all management commands share. */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { check, checkStatus } from './checks.ts';
import {
  buildManagement,
  buildUnauthorized,
  type ManagementCommand,
  type ManagementRequest,
  sendManagement,
} from './management.ts';
import { getToken } from './pin.ts';
import { hasOption, optionIsTrue, pinProtocolVariants } from './preconditions.ts';
import type { Precondition, RequirementInput } from './requirement.ts';
import type { TestContext } from './test-context.ts';

interface SubCommand {
  /** Part of the ids, e.g. `delete`. */
  id: string;
  /** As the specification names it. */
  title: string;
  section: string;
  preconditions?: readonly Precondition[];
  build(context: TestContext): Promise<ManagementRequest>;
}

const authInvalid = 'CTAP2_ERR_PIN_AUTH_INVALID';

/** Returns the requirements on a subcommand that requires a token. */
export function tokenRequirementsOf(target: ManagementCommand, subCommand: SubCommand): RequirementInput[] {
  const { id, title, section, preconditions = [], build } = subCommand;
  const common = { section, state: 'pin' as const, preconditions, variants: pinProtocolVariants };
  return [
    {
      ...common,
      id: `${id}.token-missing`,
      title: `${title} without a token is refused with CTAP2_ERR_PUAT_REQUIRED`,
      provenBy: ['ignored-error.verification-required', 'status.verification-required-as-denied'],
      accepted: ['CTAP2_ERR_PUAT_REQUIRED', 'CTAP2_ERR_MISSING_PARAMETER'],
      variants: [],
      async run(context) {
        const exchange = await context.send(target.command, buildUnauthorized(target, await build(context)));
        checkStatus(exchange, 'CTAP2_ERR_PUAT_REQUIRED', 'CTAP2_ERR_MISSING_PARAMETER');
      },
    },
    {
      ...common,
      id: `${id}.token-wrong`,
      title: `${title} with a wrong pinUvAuthParam is refused with ${authInvalid}`,
      provenBy: ['token.not-verified', 'status.token-as-parameter'],
      accepted: [authInvalid],
      async run(context) {
        const request = await buildManagement(context, target, await build(context));
        const param = request.get(target.keys.param) as Uint8Array;
        request.set(
          target.keys.param,
          param.map((byte) => byte ^ 0xff),
        );
        checkStatus(await context.send(target.command, request), authInvalid);
      },
    },
    {
      ...common,
      id: `${id}.token-permission`,
      title: `${title} with a token without the permission ${target.permission} is refused with ${authInvalid}`,
      provenBy: ['token.permissions-ignored'],
      accepted: [authInvalid],
      preconditions: [...preconditions, grantsOther(target)],
      async run(context) {
        const request = await build(context);
        const token = await getToken(context, otherPermissions(target, context.info).slice(0, 1));
        checkStatus(await sendManagement(context, target, { ...request, token }), authInvalid);
      },
    },
    {
      ...common,
      id: `${id}.token-protocol`,
      title: `${title} with an unsupported pinUvAuthProtocol is refused`,
      provenBy: ['ignored-error.invalid-parameter'],
      variants: [],
      async run(context) {
        const request = await buildManagement(context, target, await build(context));
        const { status } = await context.send(target.command, request.set(target.keys.protocol, 99));
        check(status !== 'CTAP2_OK', 'Expected a refusal, got CTAP2_OK');
      },
    },
  ];
}

/** Whether an authenticator grants the permission without a relying party. */
const grantsPermission = {
  cm: optionIsTrue('credMgmt'),
  acfg: optionIsTrue('authnrCfg'),
  lbw: optionIsTrue('largeBlobs'),
  be: hasOption('bioEnroll'),
} as const;

const otherPermissions = ({ permission }: ManagementCommand, info: AuthenticatorInfo) =>
  (Object.keys(grantsPermission) as (keyof typeof grantsPermission)[]).filter(
    (name) => name !== permission && grantsPermission[name].isMet(info, []),
  );

const grantsOther = (target: ManagementCommand): Precondition => ({
  reason: `No other permission than ${target.permission} can be granted without a relying party`,
  isMet: (info) => info.options?.pinUvAuthToken === true && otherPermissions(target, info).length > 0,
});
