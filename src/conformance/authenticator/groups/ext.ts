/** ext: the extensions of authenticators, CTAP 2.1 section 12. */
import { concat, toHex } from '#base/bytes.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { sendAssertion } from '../assertion.ts';
import {
  check,
  checkDifferentBytes,
  checkEqual,
  checkEqualBytes,
  checkRefused,
  checkStatus,
  checkSuccess,
  readBytes,
} from '../checks.ts';
import { openPinSession } from '../pin.ts';
import {
  fromVersion,
  hasBuiltInUv,
  hasClientPin,
  hasDiscoverableCredentials,
  hasExtension,
  optionIsNotTrue,
  pinProtocolVariants,
  registersWithoutPin,
} from '../preconditions.ts';
import { register, sendRegistration, type TestCredential } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

/** The extension outputs in authData of a successful answer. */
const outputsOf = (members: CborMap): CborMap =>
  parseAuthenticatorData(readBytes(members, 0x02, 'authData')).extensions ?? new Map();

const registerWith = async (context: TestContext, extensions: CborMap, rk = true): Promise<CborMap> =>
  outputsOf(checkSuccess(await sendRegistration(context, { rk, extensions })));

interface SignIn {
  verified?: boolean;
  up?: boolean;
}
const signInWith = async (
  context: TestContext,
  credential: TestCredential,
  extensions: CborMap,
  options: SignIn = {},
) => checkSuccess(await sendAssertion(context, { allowList: [credential], extensions, ...options }));

/** Values of other types than the one that an input must have. */
const wrongInputs = (type: string) =>
  [
    { name: 'text', value: 'text' },
    { name: 'integer', value: 7 },
    { name: 'bytes', value: new Uint8Array([1]) },
    { name: 'map', value: new Map() },
    { name: 'boolean', value: true },
  ].filter(({ name }) => name !== type);

/** An input of a wrong type in a registration. */
const wrongType = (id: Parameters<typeof hasExtension>[0], name: string, type: string): RequirementInput => ({
  id: `${name}.create-type`,
  title: `A registration whose input of ${id} has a wrong type is refused`,
  section: '12',
  provenBy: ['ignored-error.unexpected-type'],
  preconditions: [hasExtension(id)],
  variants: wrongInputs(type).map(({ name: variant }) => ({ name: variant })),
  accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
  async run(context) {
    const value = wrongInputs(type).find(({ name: variant }) => variant === context.variant)?.value ?? null;
    const exchange = await sendRegistration(context, { rk: true, extensions: map([id, value as CborValue]) });
    checkRefused(context, exchange, 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE');
  },
});

const general: RequirementInput[] = [
  {
    id: 'unknown.ignored',
    title: 'Unknown extensions are ignored',
    section: '12',
    provenBy: ['extension.unknown-refused'],
    run: async (context) => void (await registerWith(context, map(['example.extension', true]), false)),
  },
  {
    id: 'unknown.no-output',
    title: 'An unknown extension has no output',
    section: '12',
    provenBy: ['extension.unsolicited'],
    async run(context) {
      check(
        !(await registerWith(context, map(['example.extension', true]), false)).has('example.extension'),
        'Expected no output of example.extension',
      );
    },
  },
  {
    id: 'none.no-output',
    title: 'A registration without extensions has no extension outputs',
    document: 'WebAuthn L3',
    section: '9.5',
    provenBy: ['extension.unsolicited'],
    async run(context) {
      const outputs = outputsOf(checkSuccess(await sendRegistration(context)));
      check(outputs.size === 0, `Expected no outputs, got ${[...outputs.keys()].join(', ')}`);
    },
  },
];

const credProtect: RequirementInput[] = [
  ...[1, 2, 3].map(
    (level): RequirementInput => ({
      id: `cred-protect.output-${level}`,
      title: `credProtect ${level} is confirmed in the output`,
      section: '12.1',
      provenBy:
        level === 1
          ? ['extension.cred-protect-silent']
          : ['extension.cred-protect-silent', 'extension.cred-protect-lower'],
      preconditions: [hasExtension('credProtect')],
      async run(context) {
        checkEqual((await registerWith(context, map(['credProtect', level]))).get('credProtect'), level, 'credProtect');
      },
    }),
  ),
  {
    id: 'cred-protect.invalid',
    title: 'An undefined level of credProtect is refused',
    section: '12.1',
    provenBy: ['ignored-error.invalid-option'],
    preconditions: [hasExtension('credProtect')],
    variants: ['0', '4', '255'].map((name) => ({ name })),
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, {
        rk: true,
        extensions: map(['credProtect', Number(context.variant)]),
      });
      checkRefused(context, exchange, 'CTAP2_ERR_INVALID_OPTION', 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  wrongType('credProtect', 'cred-protect', 'integer'),
];

const salt = (fill: number) => new Uint8Array(32).fill(fill);

interface Salts {
  /** One or two salts, or bytes of another length. */
  plain: Uint8Array;
  change?(input: CborMap): CborMap;
}

/** Returns the input of hmac-secret, and a function that decrypts its output. */
async function buildSalts(context: TestContext, { plain, change }: Salts) {
  const session = await openPinSession(context);
  const saltEnc = session.encrypt(plain);
  const input = map(
    [0x01, session.keyAgreement],
    [0x02, saltEnc],
    [0x03, session.authenticate(saltEnc)],
    [0x04, session.protocol.version],
  );
  const extensions = map(['hmac-secret', change?.(input) ?? input]);
  return { extensions, decrypt: (output: Uint8Array) => session.decrypt(output) };
}

const createSecret = (context: TestContext) => register(context, { rk: true, extensions: map(['hmac-secret', true]) });

async function readSecrets(context: TestContext, credential: TestCredential, plain: Uint8Array, options: SignIn = {}) {
  const { extensions, decrypt } = await buildSalts(context, { plain });
  const members = await signInWith(context, credential, extensions, options);
  return decrypt(readBytes(outputsOf(members), 'hmac-secret', 'the output of hmac-secret'));
}

const hmacSecret: RequirementInput[] = [
  {
    id: 'hmac-secret.create',
    title: 'hmac-secret: true is confirmed in the output of a registration',
    section: '12.5',
    provenBy: ['extension.hmac-secret-denied', 'extension.hmac-secret-number', 'extension.all-ignored'],
    async run(context) {
      checkEqual((await registerWith(context, map(['hmac-secret', true]))).get('hmac-secret'), true, 'hmac-secret');
    },
  },
  {
    id: 'hmac-secret.one-salt',
    title: 'One salt gives one secret of 32 bytes',
    section: '12.5',
    provenBy: ['extension.hmac-secret-cut-off'],
    variants: pinProtocolVariants,
    async run(context) {
      checkEqual((await readSecrets(context, await createSecret(context), salt(1))).length, 32, 'the length');
    },
  },
  {
    id: 'hmac-secret.two-salts',
    title: 'Two salts give two different secrets',
    section: '12.5',
    provenBy: ['extension.hmac-secret-cut-off'],
    variants: pinProtocolVariants,
    async run(context) {
      const secrets = await readSecrets(context, await createSecret(context), concat(salt(1), salt(2)));
      checkEqual(secrets.length, 64, 'the length');
      checkDifferentBytes(secrets.slice(0, 32), secrets.slice(32), 'the secrets');
    },
  },
  {
    id: 'hmac-secret.repeatable',
    title: 'The same salt gives the same secret',
    section: '12.5',
    provenBy: ['extension.hmac-secret-zero'],
    variants: pinProtocolVariants,
    async run(context) {
      const credential = await createSecret(context);
      const first = await readSecrets(context, credential, salt(1));
      checkEqualBytes(await readSecrets(context, credential, salt(1)), first, 'the secret');
    },
  },
  {
    id: 'hmac-secret.position',
    title: 'A salt gives the same secret as the first and as the second salt',
    section: '12.5',
    provenBy: ['extension.hmac-secret-zero'],
    variants: pinProtocolVariants,
    async run(context) {
      const credential = await createSecret(context);
      const alone = await readSecrets(context, credential, salt(2));
      checkEqualBytes(
        (await readSecrets(context, credential, concat(salt(1), salt(2)))).slice(32),
        alone,
        'the secret',
      );
    },
  },
  {
    id: 'hmac-secret.per-credential',
    title: 'Two credentials give different secrets for the same salt',
    section: '12.5',
    provenBy: ['extension.hmac-secret-constant'],
    variants: pinProtocolVariants,
    async run(context) {
      const first = await readSecrets(context, await createSecret(context), salt(1));
      const second = await register(context, { rk: true, userId: salt(7), extensions: map(['hmac-secret', true]) });
      checkDifferentBytes(first, await readSecrets(context, second, salt(1)), 'the secrets');
    },
  },
  {
    id: 'hmac-secret.verified-differs',
    title: 'The secret with user verification differs from the one without',
    section: '12.5',
    provenBy: ['extension.hmac-secret-constant'],
    preconditions: [hasBuiltInUv, optionIsNotTrue('alwaysUv')],
    async run(context) {
      const credential = await createSecret(context);
      const unverified = await readSecrets(context, credential, salt(1));
      checkDifferentBytes(
        unverified,
        await readSecrets(context, credential, salt(1), { verified: true }),
        'the secrets',
      );
    },
  },
  {
    id: 'hmac-secret.salt-auth',
    title: 'A wrong saltAuth is refused with CTAP2_ERR_PIN_AUTH_INVALID',
    section: '12.5',
    provenBy: ['ignored-error.pin-auth-invalid', 'status.token-as-parameter'],
    variants: pinProtocolVariants,
    accepted: ['CTAP2_ERR_PIN_AUTH_INVALID'],
    async run(context) {
      const change = (input: CborMap) => new Map(input).set(0x03, new Uint8Array(32));
      await refuseSalts(context, { plain: salt(1), change }, 'CTAP2_ERR_PIN_AUTH_INVALID');
    },
  },
  ...[16, 48, 80].map(
    (length): RequirementInput => ({
      id: `hmac-secret.salt-length-${length}`,
      title: `${length} bytes of salt are refused with CTAP1_ERR_INVALID_LENGTH`,
      section: '12.5',
      provenBy: ['ignored-error.invalid-length'],
      variants: pinProtocolVariants,
      accepted: ['CTAP1_ERR_INVALID_LENGTH'],
      run: (context) => refuseSalts(context, { plain: new Uint8Array(length) }, 'CTAP1_ERR_INVALID_LENGTH'),
    }),
  ),
  ...(
    [
      ['key-agreement', 0x01],
      ['salt-enc', 0x02],
      ['salt-auth', 0x03],
    ] as const
  ).map(
    ([name, key]): RequirementInput => ({
      id: `hmac-secret.${name}-missing`,
      title: `An assertion without ${name} in the input of hmac-secret is refused`,
      section: '12.5',
      provenBy: ['ignored-error.missing-parameter'],
      accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
      async run(context) {
        const change = (input: CborMap) => new Map([...input].filter(([member]) => member !== key));
        const { extensions } = await buildSalts(context, { plain: salt(1), change });
        const exchange = await sendAssertion(context, { allowList: [await createSecret(context)], extensions });
        checkRefused(context, exchange, 'CTAP2_ERR_MISSING_PARAMETER');
      },
    }),
  ),
  {
    id: 'hmac-secret.silent',
    title: 'hmac-secret with up: false is refused',
    section: '12.5',
    provenBy: ['ignored-error.unsupported-option'],
    accepted: ['CTAP2_ERR_UNSUPPORTED_OPTION'],
    async run(context) {
      const { extensions } = await buildSalts(context, { plain: salt(1) });
      const allowList = [await createSecret(context)];
      const exchange = await sendAssertion(context, { allowList, extensions, up: false });
      checkRefused(context, exchange, 'CTAP2_ERR_UNSUPPORTED_OPTION', 'CTAP2_ERR_INVALID_OPTION');
    },
  },
];

async function refuseSalts(
  context: TestContext,
  salts: Salts,
  status: 'CTAP2_ERR_PIN_AUTH_INVALID' | 'CTAP1_ERR_INVALID_LENGTH',
) {
  const credential = await createSecret(context);
  const { extensions } = await buildSalts(context, salts);
  checkStatus(await sendAssertion(context, { allowList: [credential], extensions }), status);
}

const blob = new Uint8Array(32).fill(0x62);
const credBlob: RequirementInput[] = [
  {
    id: 'cred-blob.stored',
    title: 'A credBlob of 32 bytes is stored and returned',
    section: '12.2',
    provenBy: ['extension.all-ignored'],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['credBlob', blob]) });
      checkEqual(credential.extensions.get('credBlob'), true, 'the output of the registration');
      const outputs = outputsOf(await signInWith(context, credential, map(['credBlob', true])));
      checkEqualBytes(readBytes(outputs, 'credBlob', 'credBlob'), blob, 'credBlob');
    },
  },
  {
    id: 'cred-blob.absent',
    title: 'An assertion of a credential without credBlob returns an empty byte string',
    section: '12.2',
    provenBy: ['extension.cred-blob-missing'],
    async run(context) {
      const credential = await register(context, { rk: true });
      const outputs = outputsOf(await signInWith(context, credential, map(['credBlob', true])));
      checkEqual(readBytes(outputs, 'credBlob', 'credBlob').length, 0, 'the length of credBlob');
    },
  },
  {
    id: 'cred-blob.too-long',
    title: 'A credBlob longer than maxCredBlobLength is not stored, and the output is false',
    section: '12.2',
    provenBy: ['extension.cred-blob-claimed'],
    async run(context) {
      const long = new Uint8Array((context.info.maxCredBlobLength ?? 32) + 1);
      checkEqual((await registerWith(context, map(['credBlob', long]))).get('credBlob'), false, 'credBlob');
    },
  },
  wrongType('credBlob', 'cred-blob', 'bytes'),
];

const largeBlobKey: RequirementInput[] = [
  {
    id: 'large-blob-key.created',
    title: 'largeBlobKey: true gives a key of 32 bytes, and assertions return the same key',
    section: '12.3',
    provenBy: ['extension.all-ignored', 'extension.large-blob-key-short'],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['largeBlobKey', true]) });
      const key = readBytes(credential.members, 0x05, 'largeBlobKey');
      checkEqual(key.length, 32, 'the length of largeBlobKey');
      const members = await signInWith(context, credential, map(['largeBlobKey', true]));
      checkEqualBytes(readBytes(members, 0x07, 'largeBlobKey'), key, 'largeBlobKey');
    },
  },
  {
    id: 'large-blob-key.unique',
    title: 'Two credentials have different large-blob keys',
    section: '12.3',
    provenBy: ['extension.large-blob-key-constant'],
    async run(context) {
      const read = async (fill: number) => {
        const options = { rk: true, userId: salt(fill), extensions: map(['largeBlobKey', true]) };
        return readBytes((await register(context, options)).members, 0x05, 'largeBlobKey');
      };
      checkDifferentBytes(await read(1), await read(2), 'the keys');
    },
  },
  {
    id: 'large-blob-key.false',
    title: 'largeBlobKey: false is refused with CTAP2_ERR_INVALID_OPTION',
    section: '12.3',
    provenBy: ['ignored-error.invalid-option', 'status.option-as-parameter'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, { rk: true, extensions: map(['largeBlobKey', false]) });
      checkStatus(exchange, 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'large-blob-key.not-discoverable',
    title: 'largeBlobKey without rk: true is refused with CTAP2_ERR_INVALID_OPTION',
    section: '12.3',
    provenBy: ['ignored-error.invalid-option', 'status.option-as-parameter'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    async run(context) {
      const exchange = await sendRegistration(context, { extensions: map(['largeBlobKey', true]) });
      checkStatus(exchange, 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  wrongType('largeBlobKey', 'large-blob-key', 'boolean'),
];

const minPinLength: RequirementInput[] = [
  {
    id: 'min-pin-length.unauthorized',
    title: 'minPinLength is not returned to a relying party that is not on the list',
    section: '12.4',
    provenBy: ['extension.min-pin-length-told-to-all'],
    async run(context) {
      const outputs = await registerWith(context, map(['minPinLength', true]), false);
      check(
        !outputs.has('minPinLength'),
        `Expected no output, got ${toHex(new Uint8Array([Number(outputs.get('minPinLength'))]))}`,
      );
    },
  },
  wrongType('minPinLength', 'min-pin-length', 'boolean'),
];

const newer: RequirementInput[] = [
  {
    id: 'hmac-secret-mc.alone',
    title: 'hmac-secret-mc without hmac-secret is refused with CTAP2_ERR_MISSING_PARAMETER',
    document: 'CTAP 2.3',
    section: '12',
    level: 'SHOULD',
    provenBy: ['ignored-error.missing-parameter', 'status.missing-as-cbor'],
    preconditions: [hasExtension('hmac-secret-mc'), hasClientPin],
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    async run(context) {
      const { extensions } = await buildSalts(context, { plain: salt(1) });
      const input = map(['hmac-secret-mc', extensions.get('hmac-secret') ?? null]);
      checkStatus(await sendRegistration(context, { rk: true, extensions: input }), 'CTAP2_ERR_MISSING_PARAMETER');
    },
  },
  {
    id: 'third-party-payment.confirmed',
    title: 'thirdPartyPayment: true is confirmed at registration and at sign-in',
    document: 'CTAP 2.3',
    section: '12',
    level: 'SHOULD',
    provenBy: ['extension.all-ignored'],
    preconditions: [hasExtension('thirdPartyPayment')],
    async run(context) {
      const credential = await register(context, { rk: true, extensions: map(['thirdPartyPayment', true]) });
      checkEqual(credential.extensions.get('thirdPartyPayment'), true, 'the output of the registration');
      const outputs = outputsOf(await signInWith(context, credential, map(['thirdPartyPayment', true])));
      checkEqual(outputs.get('thirdPartyPayment'), true, 'the output of the assertion');
    },
  },
];

const ext = { group: 'ext', document: 'CTAP 2.1' } as const;
const usable = [registersWithoutPin, hasDiscoverableCredentials];
const since21 = fromVersion('FIDO_2_1');

export const extensionRequirements = [
  ...defineGroup({ ...ext, preconditions: [registersWithoutPin] }, general),
  ...defineGroup({ ...ext, preconditions: usable }, [...credProtect, ...newer]),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('hmac-secret'), hasClientPin] }, hmacSecret),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('credBlob'), since21] }, credBlob),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('largeBlobKey'), since21] }, largeBlobKey),
  ...defineGroup({ ...ext, preconditions: [...usable, hasExtension('minPinLength'), since21] }, minPinLength),
];
