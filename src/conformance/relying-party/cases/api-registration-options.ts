/** Options for a registration, as the conformance API returns them: WebAuthn L3 section 5.4. */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { isObject } from '#base/json.ts';
import { sha256 } from '#protocol/crypto.ts';
import type { ApiUser } from '../conformance-api/api-case.ts';
import type { Json } from '../conformance-api/client.ts';
import { changeAnswer } from '../conformance-api/edits.ts';
import { forRegistration, optionsRows } from './api-options.ts';
import { requestedOptionsRows } from './api-requested-options.ts';
import {
  type ApiRows,
  answers,
  apiCases,
  compareValue,
  expectThat,
  type Proven,
  readBase64url,
  toList,
} from './define-api.ts';

const path = 'attestation/options';

type Find = (options: Json, origin: string) => string | undefined;

/** A check of the options, and a defect that changes them. */
const check = (find: Find, change: (body: Json) => Json, members?: Json): Proven => ({
  check: async (visit) => find(await visit.openUser().beginRegistration(members), visit.origin),
  defect: changeAnswer(path, change),
});

/** A check that compares the options with the user of the request. */
const checkUser = (
  find: (options: Json, user: ApiUser) => string | undefined,
  change: (body: Json) => Json,
): Proven => ({
  async check(visit) {
    const user = visit.openUser();
    return find(await user.beginRegistration(), user);
  },
  defect: changeAnswer(path, change),
});

const entityOf = (options: Json, name: 'rp' | 'user'): Json => (isObject(options[name]) ? options[name] : {});
const setIn = (name: 'rp' | 'user', member: string, value: unknown) => (body: Json) => ({
  ...body,
  [name]: { ...entityOf(body, name), [member]: value },
});

const isDomainOf = (id: unknown, hostname: string): boolean =>
  id === undefined || id === hostname || (typeof id === 'string' && id !== '' && hostname.endsWith(`.${id}`));

const entityRows: ApiRows = {
  'rp.name': answers(
    'options.rp',
    'rp.name is text',
    check(
      (options) => expectThat(isText(entityOf(options, 'rp').name), 'text in rp.name', options.rp),
      setIn('rp', 'name', undefined),
    ),
  ),
  'rp.id': answers(
    'options.rp',
    'rp.id is absent, or the domain of the server or a parent domain',
    check(
      (options, origin) => {
        const { id } = entityOf(options, 'rp');
        const { hostname } = new URL(origin);
        return expectThat(isDomainOf(id, hostname), `${hostname} or a parent domain in rp.id`, id);
      },
      setIn('rp', 'id', 'attacker.example'),
    ),
  ),
  'user.name': answers(
    'options.user',
    'user.name is the user name of the request',
    checkUser(
      (options, { name }) => compareValue('user.name', entityOf(options, 'user').name, name),
      setIn('user', 'name', 'user'),
    ),
  ),
  'user.display-name': answers(
    'options.user',
    'user.displayName is that of the request, also with characters that are not ASCII',
    checkUser(
      (options, { displayName }) =>
        compareValue('user.displayName', entityOf(options, 'user').displayName, displayName),
      (body) => setIn('user', 'displayName', String(entityOf(body, 'user').displayName).replace(/[^ -~]/g, '?'))(body),
    ),
  ),
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const handleOf = (options: Json): Uint8Array | undefined => readBase64url(entityOf(options, 'user').id);
const idOf = (options: Json): unknown => entityOf(options, 'user').id;

/** User handles that reveal the user name: the name itself and its hash. */
const handlesOfName = (name: string): string[] => [utf8(name), sha256(utf8(name))].map(toBase64url);

const handleRows: ApiRows = {
  'user.id.base64url': answers(
    'options.user-handle',
    'user.id is base64url without padding',
    check(
      (options) => expectThat(handleOf(options) !== undefined, 'base64url in user.id', idOf(options)),
      setIn('user', 'id', 'AA=='),
    ),
  ),
  'user.id.length': answers(
    'options.user-handle',
    'user.id has 1 to 64 bytes',
    check(
      (options) => expectThat((handleOf(options)?.length ?? 65) <= 64, '1 to 64 bytes in user.id', idOf(options)),
      setIn('user', 'id', toBase64url(new Uint8Array(65))),
    ),
  ),
  'user.id.same': answers('options.user-handle', 'user.id stays the same for a user who has a passkey', {
    async check(visit) {
      const user = visit.openUser();
      const first = idOf(await user.beginRegistration());
      await user.register();
      return compareValue('user.id', idOf(await user.beginRegistration()), first);
    },
    defect: changeAnswer(path, countUserIds()),
  }),
  'user.id.other-user': answers('options.user-handle', 'Two users have different values of user.id', {
    async check(visit) {
      const [one, two] = [visit.openUser(), visit.openUser()];
      const [first, second] = [idOf(await one.beginRegistration()), idOf(await two.beginRegistration())];
      return expectThat(first !== second, 'two values of user.id', first);
    },
    defect: changeAnswer(path, setIn('user', 'id', 'AAAA')),
  }),
  'user.id.private': answers('options.user-handle-privacy', 'user.id is neither the user name nor its hash', {
    ...checkUser(
      (options, { name }) =>
        expectThat(
          !handlesOfName(name).includes(String(idOf(options))),
          'another value than the user name',
          idOf(options),
        ),
      (body) => setIn('user', 'id', handlesOfName(String(entityOf(body, 'user').name))[1])(body),
    ),
  }),
};

/** Returns a change that puts a different user handle into each answer. */
function countUserIds(): (body: Json) => Json {
  let counter = 0;
  return (body) => {
    counter += 1;
    return setIn('user', 'id', toBase64url(utf8(`user ${counter}`)))(body);
  };
}

const parametersOf = ({ pubKeyCredParams }: Json): readonly unknown[] => toList(pubKeyCredParams);

const parameterRows: ApiRows = {
  'parameters.list': answers(
    'options.parameters',
    'pubKeyCredParams is a list with at least one entry',
    check(
      (options) => expectThat(parametersOf(options).length > 0, 'a list with entries', options.pubKeyCredParams),
      (body) => ({ ...body, pubKeyCredParams: [] }),
    ),
  ),
  'parameters.type': answers(
    'options.parameters',
    'Each entry of pubKeyCredParams has the type public-key',
    check(
      (options) => {
        const isTyped = parametersOf(options).every((entry) => isObject(entry) && entry.type === 'public-key');
        return expectThat(isTyped, 'the type public-key in each entry', options.pubKeyCredParams);
      },
      (body) => ({ ...body, pubKeyCredParams: parametersOf(body).map((entry) => ({ alg: (entry as Json).alg })) }),
    ),
  ),
  'parameters.algorithm': answers(
    'options.parameters',
    'Each entry of pubKeyCredParams has a whole number in alg',
    check(
      (options) => {
        const isNumbered = parametersOf(options).every((entry) => isObject(entry) && Number.isInteger(entry.alg));
        return expectThat(isNumbered, 'a whole number in each alg', options.pubKeyCredParams);
      },
      (body) => ({ ...body, pubKeyCredParams: [{ type: 'public-key', alg: 'ES256' }] }),
    ),
  ),
};

const excludedOf = ({ excludeCredentials }: Json): readonly unknown[] => toList(excludeCredentials);
const someDescriptor = { type: 'public-key', id: 'AAAAAAAAAAAAAAAAAAAAAA' };

const excludeRows: ApiRows = {
  'exclude.new-user': answers(
    'options.exclude-credentials',
    'excludeCredentials is absent or empty for a user without credentials',
    check(
      (options) => compareValue('excludeCredentials', options.excludeCredentials ?? [], []),
      (body) => ({ ...body, excludeCredentials: [someDescriptor] }),
    ),
  ),
  'exclude.registered': answers('options.exclude-credentials', 'excludeCredentials lists each credential of the user', {
    async check(visit) {
      const user = visit.openUser();
      const ids = [await user.register(), await user.register()];
      const listed = excludedOf(await user.beginRegistration()).map((entry) => (isObject(entry) ? entry.id : entry));
      return compareValue('excludeCredentials', listed.toSorted(), ids.toSorted());
    },
    defect: changeAnswer(path, (body) => ({ ...body, excludeCredentials: excludedOf(body).slice(0, 1) })),
  }),
  'exclude.descriptor': answers(
    'options.exclude-credentials',
    'Entries of excludeCredentials have the type public-key, and transports that are a list of text or absent',
    {
      async check(visit) {
        const user = visit.openUser();
        await user.register();
        const excluded = excludedOf(await user.beginRegistration());
        return expectThat(excluded.length > 0 && excluded.every(isDescriptor), 'descriptors of credentials', excluded);
      },
      defect: changeAnswer(path, (body) => ({
        ...body,
        excludeCredentials: excludedOf(body).map((entry) => ({ ...(entry as Json), transports: 'usb' })),
      })),
    },
  ),
};

export const isDescriptor = (entry: unknown): boolean =>
  isObject(entry) &&
  entry.type === 'public-key' &&
  readBase64url(entry.id) !== undefined &&
  (entry.transports === undefined ||
    (Array.isArray(entry.transports) && entry.transports.every((transport) => typeof transport === 'string')));

export const apiRegistrationOptionsCases = apiCases('api-registration-options', {
  ...optionsRows(forRegistration),
  ...entityRows,
  ...handleRows,
  ...parameterRows,
  ...excludeRows,
  ...requestedOptionsRows,
});
