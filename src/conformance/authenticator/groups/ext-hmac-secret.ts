/** ext: the extension hmac-secret, CTAP 2.1 section 12.5. */
import { concat } from '#base/bytes.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { sendAssertion } from '../assertion.ts';
import {
  checkDifferentBytes,
  checkEqual,
  checkEqualBytes,
  checkRefused,
  checkStatusFrom21,
  readBytes,
} from '../checks.ts';
import {
  from21,
  hasBuiltInUv,
  hasClientPin,
  hasExtension,
  optionIsNotTrue,
  pinAuthorizesCeremonies,
  pinProtocolVariants,
} from '../preconditions.ts';
import { register } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';
import {
  buildSalts,
  ext,
  map,
  outputsOf,
  registerWith,
  type Salts,
  type SignIn,
  salt,
  signInWith,
  usable,
} from './ext-support.ts';

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
    provenBy: ['extension.hmac-secret-constant', 'extension.hmac-secret-unverified'],
    preconditions: [from21, hasBuiltInUv, optionIsNotTrue('alwaysUv')],
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
    id: 'hmac-secret.token-differs',
    title: 'The secret after verification with a token differs from the one without',
    section: '12.5',
    provenBy: ['extension.hmac-secret-unverified'],
    preconditions: [from21, pinAuthorizesCeremonies, optionIsNotTrue('alwaysUv')],
    state: 'pin',
    async run(context) {
      const credential = await createSecret(context);
      const unverified = await readSecrets(context, credential, salt(1));
      const verified = await readSecrets(context, credential, salt(1), { verified: true });
      checkDifferentBytes(unverified, verified, 'the secrets');
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
  checkStatusFrom21(context, await sendAssertion(context, { allowList: [credential], extensions }), status);
}

export const hmacSecretExtension = defineGroup(
  { ...ext, preconditions: [...usable, hasExtension('hmac-secret'), hasClientPin] },
  hmacSecret,
);
