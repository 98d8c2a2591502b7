/**
 * A server with the conformance API of the FIDO Alliance as a target: four requests with JSON, and a cookie for the session. The
 * settings of a case are asked for in the options; which roots the server trusts is not known, unless it is configured
 * (`configured-target.ts`).
 */
import { toBase64url } from '#base/bytes.ts';
import { UnavailableError } from '#base/errors.ts';
import type { CeremonySettings } from './ceremony-settings.ts';
import {
  type ApiAnswer,
  type ConformanceApi,
  createConformanceApi,
  type Json,
  jsonRequest,
  type SendRequest,
  type ServerOptions,
} from './conformance-api/client.ts';
import { judgeAnswer } from './conformance-api/judge-answer.ts';
import {
  expectCreationOptions,
  expectOptions,
  readAlgorithms,
  readMessage,
  readRpId,
  readUserHandle,
} from './conformance-api/options.ts';
import { ruleIds } from './rules.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';

/** @throws {UnavailableError} if the server does not return options. */
export async function createServerTarget(options: ServerOptions): Promise<RelyingPartyTarget> {
  const api = createConformanceApi(options);
  const probe = await requestRegistration(api.openSession(), api.newName(), {
    userVerification: 'preferred',
    attestation: 'optional',
    algorithms: [],
  });
  return {
    name: options.url,
    algorithms: readAlgorithms(probe),
    checksTrust: undefined,
    keepsState: true,
    conformanceApi: api,
    credentialSeed: toBase64url(options.random.bytes(9)),
    findObstacle: ({ id }) =>
      id.includes('envelope.raw-id.missing') ? 'The credential of the conformance API has no rawId' : undefined,
    openAccount: (settings) => openAccount(api, settings),
  };
}

async function openAccount(api: ConformanceApi, settings: CeremonySettings): Promise<Account> {
  const name = api.newName();
  const send = api.openSession();
  const first = await requestRegistration(send, name, settings);
  const { userVerification } = settings;
  const challenges = [String(first.challenge)];
  return {
    origin: api.origin,
    rpId: readRpId(first, api),
    userHandle: readUserHandle(first),
    beginRegistration: async () =>
      challenges.pop() ?? String((await requestRegistration(send, name, settings)).challenge),
    register: async (response) => toOutcome(await send(jsonRequest('attestation/result', response))),
    async beginAuthentication() {
      const answer = await send(jsonRequest('assertion/options', { username: name, userVerification }));
      return String(expectOptions(answer).challenge);
    },
    authenticate: async (response) => toOutcome(await send(jsonRequest('assertion/result', response))),
    async listCredentialIds() {
      const { excludeCredentials } = await requestRegistration(send, name, settings);
      return Array.isArray(excludeCredentials)
        ? excludeCredentials.map((entry: Json | null) => String(entry?.id))
        : undefined;
    },
  };
}

const requestRegistration = async (
  send: SendRequest,
  name: string,
  { userVerification }: CeremonySettings,
): Promise<Json> =>
  expectCreationOptions(
    await send(
      jsonRequest('attestation/options', {
        username: name,
        displayName: name,
        attestation: 'direct',
        authenticatorSelection: { userVerification },
      }),
    ),
  );

/** @throws {UnavailableError} if the answer neither accepts nor refuses the response. */
function toOutcome(answer: ApiAnswer): Outcome {
  const { status, body = {} } = answer;
  const judgement = judgeAnswer(answer);
  if (judgement.kind === 'unclear')
    throw new UnavailableError(`The answer neither accepts nor refuses the response: ${judgement.found}`);
  const detail = `HTTP ${status} ${readMessage(body)}`.trim();
  if (judgement.kind === 'crashed') return { verdict: 'crashed', detail };
  if (judgement.kind === 'accepted') return { verdict: 'accepted' };
  // The portal of Touchstone names the rule; the API has no member for it.
  const rule = ruleIds.find((id) => id === body.rule);
  return { verdict: 'refused', rule, detail };
}
