/** The requests of the conformance API that bring a response: their answers, their sessions, and the form of the credential. */
import { UnavailableError } from '#base/errors.ts';
import type { ApiCheck, ApiUser, ApiVisit } from '../conformance-api/api-case.ts';
import { type ApiAnswer, type ApiPath, type ApiRequest, type Json, jsonRequest } from '../conformance-api/client.ts';
import { answerWith, readMembers } from '../conformance-api/edits.ts';
import { ignoreAllowList, ignoreCeremonies, ignoreSessions } from '../conformance-api/session-defects.ts';
import { inApi } from '../rules/conformance-api.ts';
import { describeFailures, describeSuccess, type FindInAnswer } from './api-answers.ts';
import { acceptingOtherJson, ignoringContentType, ignoringMethod, simpleContentTypes } from './api-requests.ts';
import {
  type ApiRows,
  answers,
  apiCases,
  expectNoSuccess,
  expectRefusal,
  expectSuccess,
  type Proven,
  refuses,
  withPrefix,
} from './define-api.ts';

/** A ceremony of one user, up to the response. */
interface ResultRequest {
  path: ApiPath;
  /** Prefix of the ids. */
  ceremony: 'registration' | 'sign-in';
  /** Returns a valid response; `change` changes the options that it answers. */
  respond(user: ApiUser, change?: (options: Json) => Json): Promise<Json>;
}

const unchanged = (options: Json): Json => options;

const registration: ResultRequest = {
  path: 'attestation/result',
  ceremony: 'registration',
  respond: async (user, change = unchanged) => user.createCredential(change(await user.beginRegistration())),
};

const signIn: ResultRequest = {
  path: 'assertion/result',
  ceremony: 'sign-in',
  async respond(user, change = unchanged) {
    await user.register();
    return user.createAssertion(change(await user.beginSignIn()));
  },
};

/** Sends the response of a user unchanged. */
const sendValid =
  ({ path, respond }: ResultRequest, find: FindInAnswer): ApiCheck =>
  async (visit) => {
    const user = visit.openUser();
    return find(await user.send(jsonRequest(path, await respond(user))));
  };

const otherChallenge = (options: Json): Json => ({ ...options, challenge: 'AAAAAAAAAAAAAAAAAAAAAA' });

/** Sends a response to a challenge that the server did not issue. */
const sendWrongChallenge =
  ({ path, respond }: ResultRequest, find: FindInAnswer): ApiCheck =>
  async (visit) => {
    const user = visit.openUser();
    return find(await user.send(jsonRequest(path, await respond(user, otherChallenge))));
  };

const answerRows = (request: ResultRequest): ApiRows => ({
  ...describeSuccess(request.path, (find) => sendValid(request, find)),
  ...describeFailures(request.path, (find) => sendWrongChallenge(request, find)),
});

/** @throws {UnavailableError} if the server refuses a valid response, so that its refusals prove nothing. */
function expectAcceptance(answer: ApiAnswer): undefined {
  const problem = expectSuccess(answer);
  if (problem !== undefined) throw new UnavailableError(`The server refuses a valid response: ${problem}`);
}

/** Sends a valid response with a change, after another user has sent an unchanged one. */
const sendOtherwise =
  (
    request: ResultRequest,
    send: (visit: ApiVisit, user: ApiUser, sent: ApiRequest) => Promise<ApiAnswer>,
    find: FindInAnswer = expectRefusal,
  ): ApiCheck =>
  async (visit) => {
    await sendValid(request, expectAcceptance)(visit);
    const user = visit.openUser();
    const response = await request.respond(user);
    return find(await send(visit, user, jsonRequest(request.path, response)));
  };

/** The request must have a credential in its body. */
const refusesResponse = (title: string, proven: Proven): ApiRows[string] => ({
  ...refuses('api.request', title, proven),
  specification: inApi('ServerPublicKeyCredential'),
});

const transportRows = (request: ResultRequest): ApiRows => ({
  ...Object.fromEntries(
    Object.entries(simpleContentTypes).map(([name, contentType]) => [
      `content-type.${name}`,
      refuses('api.content-type', `The content type is ${contentType.split(';')[0]}`, {
        check: sendOtherwise(request, (_visit, user, sent) => user.send({ ...sent, contentType })),
        defect: ignoringContentType(request.path),
      }),
    ]),
  ),
  method: refusesResponse('The method is GET', {
    check: sendOtherwise(request, (_visit, user, sent) => user.send({ ...sent, method: 'GET' }), expectNoSuccess),
    defect: ignoringMethod(request.path),
  }),
  'body.not-json': refusesResponse('The body is JSON that ends in the middle', {
    check: sendOtherwise(request, (_visit, user, sent) => user.send({ ...sent, body: sent.body.slice(0, -4) })),
    defect: acceptingOtherJson(request.path),
  }),
  'body.empty': refusesResponse('The body is empty', {
    check: sendOtherwise(request, (_visit, user, sent) => user.send({ ...sent, body: '' })),
    defect: acceptingOtherJson(request.path),
  }),
});

const sessionRows = (request: ResultRequest): ApiRows => ({
  'session.none': refuses('api.session', 'The response comes without a session', {
    check: sendOtherwise(request, (visit, _user, sent) => visit.openSession()(sent)),
    defect: ignoreSessions(),
  }),
  'session.unknown': refuses('api.session', 'The response comes with a session that the server did not issue', {
    check: sendOtherwise(request, (_visit, user, sent) => user.send({ ...sent, hasForgedCookies: true })),
    defect: ignoreSessions(),
  }),
  'session.other': refuses('api.session', 'The response comes with the session of another user', {
    check: sendOtherwise(request, async (visit, _user, sent) => {
      const other = visit.openUser();
      await request.respond(other);
      return other.send(sent);
    }),
    defect: ignoreSessions(),
  }),
});

/** Requests that mix up the two ceremonies. */
const ceremonyRows: ApiRows = {
  'registration.session.sign-in-challenge': refuses('api.session', 'The challenge was issued for a sign-in', {
    async check(visit) {
      const user = visit.openUser();
      await user.register();
      const options = await user.beginRegistration();
      const { challenge } = await user.beginSignIn();
      return expectRefusal(
        await user.send(jsonRequest('attestation/result', await user.createCredential({ ...options, challenge }))),
      );
    },
    defect: ignoreCeremonies('attestation/result', 'assertion/options'),
  }),
  'sign-in.session.registration-challenge': refuses('api.session', 'The challenge was issued for a registration', {
    async check(visit) {
      await sendValid(signIn, expectAcceptance)(visit);
      const user = visit.openUser();
      await user.register();
      const { challenge } = await user.beginRegistration();
      return expectRefusal(await user.send(jsonRequest('assertion/result', await user.createAssertion({ challenge }))));
    },
    defect: ignoreCeremonies('assertion/result', 'attestation/options'),
  }),
  'sign-in.credential.other-user': refuses(
    'assertion.allow-list',
    'The passkey of another user answers the sign-in that named this user',
    {
      async check(visit) {
        await sendValid(signIn, expectAcceptance)(visit);
        const [user, other] = [visit.openUser(), visit.openUser()];
        await user.register();
        await other.register();
        const assertion = await other.createAssertion(await user.beginSignIn());
        return expectRefusal(await user.send(jsonRequest('assertion/result', assertion)));
      },
      defect: ignoreAllowList,
    },
  ),
};

/** The members that the API defines for the response of each ceremony. */
const responseMembers: Readonly<Record<ResultRequest['ceremony'], readonly string[]>> = {
  registration: ['clientDataJSON', 'attestationObject'],
  'sign-in': ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle'],
};

/** Returns the credential with the members that the API defines, and no others. */
function toApiCredential({ id, type, response }: Json, ceremony: ResultRequest['ceremony']): Json {
  const all = response as Json;
  const members = responseMembers[ceremony].map((name) => [name, all[name]]);
  return { id, type, response: Object.fromEntries(members), getClientExtensionResults: {} };
}

const credentialRow = (request: ResultRequest): ApiRows => ({
  'credential.api-members': answers('api.credential', 'The credential has only the members that the API defines', {
    async check(visit) {
      await sendValid(request, expectAcceptance)(visit);
      const { path, ceremony, respond } = request;
      const user = visit.openUser();
      const credential = toApiCredential(await respond(user), ceremony);
      return expectSuccess(await user.send(jsonRequest(path, credential)));
    },
    defect: answerWith(request.path, 400, ({ body }) => !('rawId' in readMembers(body))),
  }),
});

export const apiResultCases = apiCases('api-results', {
  ...Object.assign(
    {},
    ...[registration, signIn].map((request) =>
      withPrefix(request.ceremony, {
        ...answerRows(request),
        ...transportRows(request),
        ...sessionRows(request),
        ...credentialRow(request),
      }),
    ),
  ),
  ...ceremonyRows,
});
