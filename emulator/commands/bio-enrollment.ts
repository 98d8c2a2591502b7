/** authenticatorBioEnrollment (0x09, in the preview 0x40), CTAP 2.1 section 6.7: fingerprints, enrolled, named and removed. */
import { equal, utf8 } from '#base/bytes.ts';
import { type CommandRequest, type CommandResponse, commands, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import { type BioEnrollmentSubCommand, bioEnrollmentParams, bioEnrollmentSubCommands } from '#protocol/management.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { FingerprintTemplate } from '../state.ts';
import { rulesOf } from '../versions.ts';
import type { CtapCommand } from './command.ts';
import { captureSample } from './fingerprint-sample.ts';
import { requireToken, signedMessage } from './management-token.ts';

type Request = CommandRequest<'authenticatorBioEnrollment'>;
type Response = CommandResponse<'authenticatorBioEnrollment'>;
type Result = Response | undefined;
type SubCommand = (request: Request, env: AuthenticatorEnv, session: Session) => Result | Promise<Result>;

/** The only modality, section 6.7.1. */
const fingerprint = 0x01;

export const bioEnrollment: CtapCommand = {
  async execute(parameters, session, env) {
    const request = commands.authenticatorBioEnrollment.request.parse(parameters ?? new Map());
    const result = await dispatch(request, session, env);
    return result && commands.authenticatorBioEnrollment.response.encode(result);
  },
};

function dispatch(request: Request, session: Session, env: AuthenticatorEnv) {
  if (request.getModality) return { modality: fingerprint }; // section 6.7.2
  if (request.modality === undefined || request.subCommand === undefined)
    throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'modality and subCommand');
  if (request.modality !== fingerprint) throw new CtapError('CTAP2_ERR_INVALID_OPTION', `modality ${request.modality}`);
  const name = names.get(request.subCommand);
  if (!name) throw new CtapError(rulesOf(env.persona).unknownSubCommand, `${request.subCommand}`);
  return subCommands[name](request, env, session);
}

const names = new Map<number, BioEnrollmentSubCommand>(
  Object.entries(bioEnrollmentSubCommands).map(([name, code]) => [code, name as BioEnrollmentSubCommand]),
);

const subCommands: Record<BioEnrollmentSubCommand, SubCommand> = {
  getFingerprintSensorInfo,
  enrollBegin,
  enrollCaptureNextSample,
  cancelCurrentEnrollment,
  enumerateEnrollments,
  setFriendlyName,
  removeEnrollment,
};

const sensorOf = ({ persona }: AuthenticatorEnv) => {
  const sensor = persona.features?.bioEnrollment;
  if (!sensor) throw new CtapError('CTAP1_ERR_INVALID_COMMAND', 'there is no fingerprint sensor');
  return sensor;
};

/** Section 6.7.3. */
function getFingerprintSensorInfo(_request: Request, env: AuthenticatorEnv): Response {
  const { fingerprintKind, samplesToEnroll, maxFriendlyNameBytes } = sensorOf(env);
  return {
    modality: fingerprint,
    fingerprintKind,
    maxCaptureSamplesRequiredForEnroll: samplesToEnroll,
    maxTemplateFriendlyName: maxFriendlyNameBytes,
  };
}

/** Section 6.7.4: an enrollment that was not finished is given up. */
async function enrollBegin(request: Request, env: AuthenticatorEnv, session: Session): Promise<Response> {
  const { timeoutMilliseconds } = authorised(request, env);
  const { maxTemplates, samplesToEnroll } = sensorOf(env);
  const { persistent, volatile } = env.state;
  if (persistent.fingerprints.length >= maxTemplates)
    throw new CtapError('CTAP2_ERR_FP_DATABASE_FULL', `${maxTemplates} are stored`);
  volatile.enrollment = undefined;
  const templateId = freshTemplateId(env);
  const enrollment = { templateId, remainingSamples: samplesToEnroll };
  const progress = await captureSample(enrollment, timeoutMilliseconds, session, env);
  return { templateId, ...progress };
}

async function enrollCaptureNextSample(request: Request, env: AuthenticatorEnv, session: Session): Promise<Response> {
  const { templateId, timeoutMilliseconds } = authorised(request, env, 'templateId');
  const { enrollment } = env.state.volatile;
  if (!enrollment || !equal(enrollment.templateId, templateId))
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'no enrollment of this template goes on');
  return captureSample(enrollment, timeoutMilliseconds, session, env);
}

/** Section 6.7.5: without a token, for whoever began may have lost it. */
function cancelCurrentEnrollment(_request: Request, { state }: AuthenticatorEnv): undefined {
  state.volatile.enrollment = undefined;
}

/** Section 6.7.6. */
function enumerateEnrollments(request: Request, env: AuthenticatorEnv): Response {
  authorised(request, env);
  const { fingerprints } = env.state.persistent;
  if (fingerprints.length === 0) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'nothing is enrolled');
  return {
    templateInfos: fingerprints.map(({ id, friendlyName }) => ({
      templateId: id,
      ...(friendlyName !== undefined && { templateFriendlyName: friendlyName }),
    })),
  };
}

/** Section 6.7.7. */
function setFriendlyName(request: Request, env: AuthenticatorEnv): undefined {
  const { templateId, templateFriendlyName } = authorised(request, env, 'templateId', 'templateFriendlyName');
  const template = templateOf(templateId, env);
  const most = sensorOf(env).maxFriendlyNameBytes;
  if (utf8(templateFriendlyName).length > most)
    throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `the name may have ${most} bytes`);
  template.friendlyName = templateFriendlyName;
}

/** Section 6.7.8: with the last fingerprint goes built-in verification. */
function removeEnrollment(request: Request, env: AuthenticatorEnv): undefined {
  const { templateId } = authorised(request, env, 'templateId');
  const template = templateOf(templateId, env);
  const { persistent } = env.state;
  persistent.fingerprints = persistent.fingerprints.filter((kept) => kept !== template);
  persistent.uvEnrolled = persistent.fingerprints.length > 0;
}

function templateOf(id: Uint8Array, { state }: AuthenticatorEnv): FingerprintTemplate {
  const template = state.persistent.fingerprints.find((known) => equal(known.id, id));
  if (!template) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'there is no such template');
  return template;
}

type Params = ReturnType<typeof bioEnrollmentParams.parse>;

/** Token first, then the parameters: a token with permission `be` over modality, subcommand and parameters. */
function authorised<Name extends keyof Params>(request: Request, env: AuthenticatorEnv, ...wanted: Name[]) {
  const { subCommand = 0, subCommandParams } = request;
  if (!request.pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
  const params = bioEnrollmentParams.parse(subCommandParams ?? new Map());
  for (const name of wanted) if (params[name] === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', name);
  requireToken(request, signedMessage([fingerprint], subCommand, subCommandParams), permissions.be, env);
  return params as Params & { [N in Name]-?: NonNullable<Params[N]> };
}

/** Two bytes that no template has, and no half of one. */
function freshTemplateId({ random, state }: AuthenticatorEnv): Uint8Array {
  for (;;) {
    const id = random.bytes(2);
    if (!state.persistent.fingerprints.some((known) => equal(known.id, id))) return id;
  }
}
