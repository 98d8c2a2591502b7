/** Requests with extensions and their outputs, CTAP 2.1 section 12. */
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import { sendAssertion } from '../assertion.ts';
import { checkRefused, checkSuccess, readBytes } from '../checks.ts';
import { openPinSession } from '../pin.ts';
import { hasDiscoverableCredentials, hasExtension, registersWithoutPin } from '../preconditions.ts';
import { sendRegistration } from '../registration.ts';
import type { RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import type { TestCredential } from '../test-credential.ts';

export const map = (...entries: [CborKey, CborValue][]): CborMap => new Map(entries);

/** The extension outputs in authData of a successful answer. */
export const outputsOf = (members: CborMap): CborMap =>
  parseAuthenticatorData(readBytes(members, 0x02, 'authData')).extensions ?? new Map();

export const registerWith = async (context: TestContext, extensions: CborMap, rk = true): Promise<CborMap> =>
  outputsOf(checkSuccess(await sendRegistration(context, { rk, extensions })));

export interface SignIn {
  verified?: boolean;
  up?: boolean;
}

export const signInWith = async (
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
export const wrongType = (id: Parameters<typeof hasExtension>[0], name: string, type: string): RequirementInput => ({
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

export const salt = (fill: number) => new Uint8Array(32).fill(fill);

export interface Salts {
  /** One or two salts, or bytes of another length. */
  plain: Uint8Array;
  change?(input: CborMap): CborMap;
}

/** Returns the input of hmac-secret, and a function that decrypts its output. */
export async function buildSalts(context: TestContext, { plain, change }: Salts) {
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

export const ext = { group: 'ext', document: 'CTAP 2.1' } as const;

export const usable = [registersWithoutPin, hasDiscoverableCredentials];
