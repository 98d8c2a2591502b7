/** authenticatorBioEnrollment (0x09, preview 0x40), CTAP 2.1 section 6.7: enrolls, names and removes fingerprints. */
import { equal, utf8 } from '#base/bytes.ts';
import { type CommandRequest, type CommandResponse, commands, permissions } from '#protocol/commands.ts';
import { CtapError } from '#protocol/errors.ts';
import { type BioEnrollmentSubCommand, bioEnrollmentParams, bioEnrollmentSubCommands } from '#protocol/management.ts';
import { rulesOf } from '../ctap-versions.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Session } from '../session.ts';
import type { FingerprintTemplate } from '../state.ts';
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
    const request = commands.authenticatorBioEnrollment.request.parse(
      parameters === undefined ? new Map() : parameters,
    );
    const result = await dispatch(request, session, env);
    return result && commands.authenticatorBioEnrollment.response.encode(result);
  },
};

function dispatch(request: Request, session: Session, env: AuthenticatorEnv) {
  if (request.getModality) return { modality: fingerprint }; // section 6.7.2
  if (request.modality === undefined || request.subCommand === undefined)
    throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', 'modality or subCommand');
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
  if (!sensor) throw new CtapError('CTAP1_ERR_INVALID_COMMAND', 'the persona has no fingerprint sensor');
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

/** Section 6.7.4: starts an enrollment; an unfinished one is cancelled. */
async function enrollBegin(request: Request, env: AuthenticatorEnv, session: Session): Promise<Response> {
  const { timeoutMilliseconds } = parseAuthorizedParams(request, env);
  const { maxTemplates, samplesToEnroll } = sensorOf(env);
  const { persistent, volatile } = env.state;
  if (persistent.fingerprints.length >= maxTemplates)
    throw new CtapError('CTAP2_ERR_FP_DATABASE_FULL', `${maxTemplates} are stored`);
  volatile.enrollment.clear();
  const templateId = createTemplateId(env);
  const enrollment = { templateId, remainingSamples: samplesToEnroll };
  const progress = await captureSample(enrollment, timeoutMilliseconds, session, env);
  return { templateId, ...progress };
}

async function enrollCaptureNextSample(request: Request, env: AuthenticatorEnv, session: Session): Promise<Response> {
  const { templateId, timeoutMilliseconds } = parseAuthorizedParams(request, env, 'templateId');
  const { enrollment: sequence } = env.state.volatile;
  if (sequence.isForeignTo(session.channel))
    throw new CtapError('CTAP2_ERR_NOT_ALLOWED', 'the enrollment was begun on another channel');
  const enrollment = sequence.of(session.channel);
  if (!enrollment || !equal(enrollment.templateId, templateId))
    throw new CtapError('CTAP1_ERR_INVALID_PARAMETER', 'no enrollment of this template is in progress');
  return captureSample(enrollment, timeoutMilliseconds, session, env);
}

/** Section 6.7.5: needs no token, so it cancels only an enrollment of the same channel. */
function cancelCurrentEnrollment(_request: Request, { state }: AuthenticatorEnv, { channel }: Session): undefined {
  state.volatile.enrollment.end(channel);
}

/** Section 6.7.6. */
function enumerateEnrollments(request: Request, env: AuthenticatorEnv): Response {
  parseAuthorizedParams(request, env);
  const { fingerprints } = env.state.persistent;
  if (fingerprints.length === 0) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'no fingerprint is enrolled');
  return {
    // Hosts such as python-fido2 expect the name in every entry.
    templateInfos: fingerprints.map(({ id, friendlyName = '' }) => ({
      templateId: id,
      templateFriendlyName: friendlyName,
    })),
  };
}

/** Section 6.7.7. */
function setFriendlyName(request: Request, env: AuthenticatorEnv): undefined {
  const { templateId, templateFriendlyName } = parseAuthorizedParams(
    request,
    env,
    'templateId',
    'templateFriendlyName',
  );
  const template = templateOf(templateId, env);
  const maxBytes = sensorOf(env).maxFriendlyNameBytes;
  if (utf8(templateFriendlyName).length > maxBytes)
    throw new CtapError('CTAP1_ERR_INVALID_LENGTH', `expected a name of at most ${maxBytes} bytes`);
  template.friendlyName = templateFriendlyName;
}

/** Section 6.7.8. Without fingerprints there is no built-in user verification. */
function removeEnrollment(request: Request, env: AuthenticatorEnv): undefined {
  const { templateId } = parseAuthorizedParams(request, env, 'templateId');
  const template = templateOf(templateId, env);
  const { persistent } = env.state;
  persistent.fingerprints = persistent.fingerprints.filter((stored) => stored !== template);
  persistent.uvEnrolled = persistent.fingerprints.length > 0;
}

function templateOf(id: Uint8Array, { state }: AuthenticatorEnv): FingerprintTemplate {
  const template = state.persistent.fingerprints.find((stored) => equal(stored.id, id));
  if (!template) throw new CtapError('CTAP2_ERR_INVALID_OPTION', 'there is no template with this id');
  return template;
}

type Params = ReturnType<typeof bioEnrollmentParams.parse>;

/**
 * Checks the token, which needs permission `be` and signs modality, subcommand and parameters.
 * Returns the parameters; those in `required` are present.
 */
function parseAuthorizedParams<Name extends keyof Params>(
  request: Request,
  env: AuthenticatorEnv,
  ...required: Name[]
) {
  const { subCommand = 0, subCommandParams } = request;
  if (!request.pinUvAuthParam) throw new CtapError('CTAP2_ERR_PUAT_REQUIRED');
  const params = bioEnrollmentParams.parse(subCommandParams ?? new Map());
  for (const name of required) if (params[name] === undefined) throw new CtapError('CTAP2_ERR_MISSING_PARAMETER', name);
  requireToken(request, signedMessage([fingerprint], subCommand, subCommandParams), permissions.be, env);
  return params as Params & { [N in Name]-?: NonNullable<Params[N]> };
}

/** Returns two random bytes that are not the id of a stored template. */
function createTemplateId({ random, state }: AuthenticatorEnv): Uint8Array {
  for (;;) {
    const id = random.bytes(2);
    if (!state.persistent.fingerprints.some((stored) => equal(stored.id, id))) return id;
  }
}
