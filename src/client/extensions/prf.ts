/**
 * Pseudo-random function, WebAuthn L3 section 10.1.4, built on hmac-secret. create() reports whether the credential has a
 * PRF. get() evaluates it, always with user verification (an authenticator has one PRF for verified users and one for others).
 */
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { CredentialDescriptor } from '../credential-options.ts';
import type { ClientExtension } from './extension.ts';
import { decryptOutputs, encryptSalts, hasHmacSecret, isSecretCreated, requestSecret } from './hmac-secret.ts';

/** AuthenticationExtensionsPRFValues. */
interface PrfValues {
  first: Uint8Array;
  second?: Uint8Array;
}

export const prf: ClientExtension = {
  create({ prf }) {
    if (prf === undefined) return undefined;
    const { eval: evaluation, evalByCredential } = readObject(prf, 'prf');
    if (evalByCredential !== undefined)
      throw new WebAuthnError('NotSupportedError', 'Cannot use prf.evalByCredential with create()');
    if (evaluation !== undefined) readValues(evaluation, 'prf.eval');
    return {
      authenticatorInputs: requestSecret,
      clientOutputs: ({ outputs }) => ({ prf: { enabled: isSecretCreated(outputs) } }),
    };
  },

  get({ prf }, { allowCredentials }) {
    if (prf === undefined) return undefined;
    const { eval: evaluation, evalByCredential } = readObject(prf, 'prf');
    const defaultValues = evaluation === undefined ? undefined : readValues(evaluation, 'prf.eval');
    const byCredential = readByCredential(readObject(evalByCredential ?? {}, 'prf.evalByCredential'), allowCredentials);
    const valuesFor = (id: Uint8Array | undefined) => (id && byCredential.get(toBase64url(id))) ?? defaultValues;
    const isEvaluated = defaultValues !== undefined || byCredential.size > 0;
    return {
      requiresUserVerification: isEvaluated,
      requiresSharedSecret: (info) => isEvaluated && hasHmacSecret(info),
      authenticatorInputs({ session, credentialId }) {
        const chosen = valuesFor(credentialId);
        return session && chosen
          ? encryptSalts(session, hashValue(chosen.first), chosen.second && hashValue(chosen.second))
          : {};
      },
      clientOutputs({ outputs, session }) {
        const [first, second] = session ? decryptOutputs(outputs, session) : [];
        if (!first) return { prf: {} };
        return { prf: { results: { first: toBase64url(first), ...(second && { second: toBase64url(second) }) } } };
      },
    };
  },
};

/** Returns the hmac-secret salt for a value of the page. The prefix prevents that pages choose the salts of other applications. */
const hashValue = (value: Uint8Array): Uint8Array => sha256(concat(utf8('WebAuthn PRF'), new Uint8Array(1), value));

function readByCredential(
  evaluations: Record<string, unknown>,
  allowCredentials: readonly CredentialDescriptor[],
): Map<string, PrfValues> {
  const ids = Object.keys(evaluations);
  if (ids.length > 0 && allowCredentials.length === 0)
    throw new WebAuthnError('NotSupportedError', 'Cannot use prf.evalByCredential without allowCredentials');
  const allowed = new Set(allowCredentials.map(({ id }) => toBase64url(id)));
  const unknown = ids.find((id) => !allowed.has(id));
  if (unknown !== undefined)
    throw new WebAuthnError('SyntaxError', `Cannot use prf.evalByCredential: "${unknown}" is not in allowCredentials`);
  return new Map(ids.map((id) => [id, readValues(evaluations[id], `prf.evalByCredential.${id}`)]));
}

function readValues(value: unknown, path: string): PrfValues {
  const { first, second } = readObject(value, path);
  const required = readBase64url(first, `${path}.first`);
  return second === undefined
    ? { first: required }
    : { first: required, second: readBase64url(second, `${path}.second`) };
}

function readObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new WebAuthnError('TypeError', `Cannot use ${path}: expected an object`);
}

function readBase64url(value: unknown, path: string): Uint8Array {
  try {
    return fromBase64url(value as string);
  } catch (cause) {
    throw new WebAuthnError('TypeError', `Cannot use ${path}: expected base64url`, { cause });
  }
}
