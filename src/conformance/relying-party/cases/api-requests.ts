/** Requests for options that are not what the conformance API defines: they are refused, and never crash the server. */
import type { ApiCheck, ApiDefect, ApiUser } from '../conformance-api/api-case.ts';
import { type ApiPath, type ApiRequest, type Json, jsonRequest } from '../conformance-api/client.ts';
import { acceptWhere, answerWith, changeRequest, readMembers, readObject } from '../conformance-api/edits.ts';
import { describeFailures } from './api-answers.ts';
import {
  type ApiRows,
  apiCases,
  expectNoSuccess,
  expectRefusal,
  mayRefuse,
  type Proven,
  refuses,
  withPrefix,
} from './define-api.ts';

/** One of the requests for options. */
interface Target {
  path: ApiPath;
  /** Prefix of the ids. */
  ceremony: 'registration' | 'sign-in';
  /** Returns a user for whom the request is valid. */
  prepare(user: ApiUser): Promise<unknown>;
}

const targets: readonly Target[] = [
  { path: 'attestation/options', ceremony: 'registration', prepare: (user) => user.beginRegistration() },
  { path: 'assertion/options', ceremony: 'sign-in', prepare: (user) => user.register() },
];

/** Sends a request of a user for whom a valid one succeeds. */
const sendAfterValid =
  ({ prepare }: Target, toRequest: (user: ApiUser) => ApiRequest, find = expectRefusal): ApiCheck =>
  async (visit) => {
    const user = visit.openUser();
    await prepare(user);
    return find(await user.send(toRequest(user)));
  };

const membersOf = ({ name, displayName }: ApiUser): Json => ({ username: name, displayName });

/** Bodies that are no JSON object, with what they are. */
const bodies: Readonly<Record<string, [what: string, toBody: (members: Json) => string]>> = {
  'not-json': ['JSON that ends in the middle', (members) => JSON.stringify(members).slice(0, -4)],
  empty: ['empty', () => ''],
  null: ['null', () => 'null'],
  array: ['a list that contains the request', (members) => JSON.stringify([members])],
  text: ['text', (members) => JSON.stringify(JSON.stringify(members))],
  number: ['a number', () => '1'],
};

/** A server that takes every body as a valid request. */
export const acceptingOtherJson = (path: ApiPath): ApiDefect =>
  acceptWhere(path, ({ body }) => readObject(body) === undefined);

const bodyRows = (target: Target): ApiRows =>
  Object.fromEntries(
    Object.entries(bodies).map(([name, [what, toBody]]) => [
      `body.${name}`,
      refuses('api.request', `The body is ${what}`, {
        check: sendAfterValid(target, (user) => ({ path: target.path, body: toBody(membersOf(user)) })),
        defect: acceptingOtherJson(target.path),
      }),
    ]),
  );

/** Content types that a page of another site can send without a preflight request, by the name of the case. */
export const simpleContentTypes: Readonly<Record<string, string>> = {
  text: 'text/plain',
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data; boundary=boundary',
};

/** A server that reads every body as JSON. */
export const ignoringContentType = (path: ApiPath): ApiDefect =>
  changeRequest(path, ({ contentType: _contentType, ...request }) => request);

/** A server that handles every method as POST. */
export const ignoringMethod = (path: ApiPath): ApiDefect =>
  changeRequest(path, ({ method: _method, ...request }) => request);

const transportRows = (target: Target): ApiRows => ({
  ...Object.fromEntries(
    Object.entries(simpleContentTypes).map(([name, contentType]) => [
      `content-type.${name}`,
      refuses('api.content-type', `The content type is ${contentType.split(';')[0]}`, {
        check: sendAfterValid(target, (user) => ({ ...jsonRequest(target.path, membersOf(user)), contentType })),
        defect: ignoringContentType(target.path),
      }),
    ]),
  ),
  method: refuses('api.request', 'The method is GET', {
    // A page is no acceptance, but many servers have one for every address.
    check: sendAfterValid(
      target,
      (user) => ({ ...jsonRequest(target.path, membersOf(user)), method: 'GET' }),
      expectNoSuccess,
    ),
    defect: ignoringMethod(target.path),
  }),
});

const hasMembers = (body: Json, members: Json): boolean =>
  Object.entries(members).every(([name, value]) => JSON.stringify(body[name]) === JSON.stringify(value));

const refuseMembers = (target: Target, title: string, members: Json) =>
  refuses('api.request', title, {
    check: sendAfterValid(target, (user) => jsonRequest(target.path, { ...membersOf(user), ...members })),
    defect: acceptWhere(target.path, ({ body }) => hasMembers(readMembers(body), members)),
  });

const wrongNames: Readonly<Record<string, [title: string, username: unknown]>> = {
  missing: ['username is missing', undefined],
  number: ['username is a number', 7],
  list: ['username is a list', ['user']],
  object: ['username is an object', { name: 'user' }],
  null: ['username is null', null],
};

const nameRows = (target: Target): ApiRows =>
  Object.fromEntries(
    Object.entries(wrongNames).map(([name, [title, username]]) => [
      `username.${name}`,
      refuseMembers(target, title, { username }),
    ]),
  );

/** The request may succeed or fail; the server must not crash. */
const survive = (target: Target, toRequest: (user: ApiUser) => ApiRequest): Proven => ({
  check: sendAfterValid(target, toRequest, () => undefined),
  defect: crashAfterFirst(target.path),
});

/** Crashes at every request for this path but the first one of a registration, which is valid. */
const crashAfterFirst =
  (path: ApiPath): ApiDefect =>
  (send) => {
    let isFirst = path === 'attestation/options';
    return answerWith(path, 500, () => {
      const crashes = !isFirst;
      isFirst = false;
      return crashes;
    })(send);
  };

const depth = 20_000;
const deepJson = (user: ApiUser): string =>
  `${JSON.stringify(membersOf(user)).slice(0, -1)},"unknown":${'['.repeat(depth)}${']'.repeat(depth)}}`;

const eitherRows = (target: Target): ApiRows => {
  const withMembers = (members: Json) =>
    survive(target, (user) => jsonRequest(target.path, { ...membersOf(user), ...members }));
  return {
    'username.empty': mayRefuse('api.request', 'username is empty', 'The API does not say how long a name is', {
      ...withMembers({ username: '' }),
    }),
    'username.long': mayRefuse('api.request', 'username has 10,000 characters', 'The API sets no maximum', {
      ...withMembers({ username: 'u'.repeat(10_000) }),
    }),
    'body.deep': mayRefuse('api.request', 'An unknown member is nested 20,000 levels deep', 'The API sets no maximum', {
      ...survive(target, (user) => ({ path: target.path, body: deepJson(user) })),
    }),
    'body.large': mayRefuse('api.request', 'The body has a million bytes', 'The API sets no maximum', {
      ...withMembers({ unknown: 'x'.repeat(1_000_000) }),
    }),
  };
};

const valuesAreText =
  'Clients ignore values that they do not know (WebAuthn L3 section 2.1.1), and a server may do so, too';
const namesAreEqual = 'A server may take the user name as the display name';

function registrationRows(): ApiRows {
  const [target] = targets as [Target];
  const withMembers = (members: Json) =>
    survive(target, (user) => jsonRequest(target.path, { ...membersOf(user), ...members }));
  return {
    'display-name.number': refuseMembers(target, 'displayName is a number', { displayName: 7 }),
    'selection.text': refuseMembers(target, 'authenticatorSelection is text', { authenticatorSelection: 'required' }),
    'selection.list': refuseMembers(target, 'authenticatorSelection is a list', {
      authenticatorSelection: ['required'],
    }),
    'extensions.text': refuseMembers(target, 'extensions is text', { extensions: 'credProps' }),
    'attestation.number': refuseMembers(target, 'attestation is a number', { attestation: 1 }),
    'display-name.missing': mayRefuse('api.request', 'displayName is missing', namesAreEqual, {
      ...withMembers({ displayName: undefined }),
    }),
    'attestation.unknown': mayRefuse('api.request', 'attestation has an unknown value', valuesAreText, {
      ...withMembers({ attestation: 'always' }),
    }),
    'selection.unknown': mayRefuse('api.request', 'userVerification has an unknown value', valuesAreText, {
      ...withMembers({ authenticatorSelection: { userVerification: 'always' } }),
    }),
  };
}

function signInRows(): ApiRows {
  const target = targets[1] as Target;
  const withMembers = (members: Json) =>
    survive(target, (user) => jsonRequest(target.path, { ...membersOf(user), ...members }));
  return {
    'user-verification.number': refuseMembers(target, 'userVerification is a number', { userVerification: 1 }),
    'user-verification.unknown': mayRefuse('api.request', 'userVerification has an unknown value', valuesAreText, {
      ...withMembers({ userVerification: 'always' }),
    }),
    'username.unknown': mayRefuse(
      'api.request',
      'No user has the name',
      'A server may answer as if the user existed, so that its answers do not tell which names it knows',
      withMembers({ username: 'conformance-unknown' }),
    ),
  };
}

/** The answer to a request that has no user name. */
const failureRows = (target: Target): ApiRows =>
  describeFailures(target.path, (find) =>
    sendAfterValid(target, (user) => jsonRequest(target.path, { ...membersOf(user), username: undefined }), find),
  );

export const apiRequestCases = apiCases('api-requests', {
  ...Object.assign(
    {},
    ...targets.map((target) =>
      withPrefix(target.ceremony, {
        ...bodyRows(target),
        ...transportRows(target),
        ...nameRows(target),
        ...(target.ceremony === 'registration' ? registrationRows() : signInRows()),
        ...eitherRows(target),
        ...failureRows(target),
      }),
    ),
  ),
});
