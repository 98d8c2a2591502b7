/**
 * Pseudo-random function, WebAuthn L3 section 10.1.4, built on hmac-secret. At create() it tells whether the credential has
 * a PRF; evaluations happen at get(), always by the PRF that belongs to a verified user.
 */
import { concat, fromBase64url, toBase64url, utf8 } from '#base/bytes.ts';
import { sha256 } from '#protocol/crypto.ts';
import { WebAuthnError } from '#protocol/errors.ts';
import type { CredentialDescriptor } from '../credential-options.ts';
import type { ClientExtension } from './extension.ts';
import { createSecret, hasHmacSecret, salts, secrets, wasCreated } from './hmac-secret.ts';

/** AuthenticationExtensionsPRFValues. */
interface Values {
  first: Uint8Array;
  second?: Uint8Array;
}

export const prf: ClientExtension = {
  create({ prf }) {
    if (prf === undefined) return undefined;
    const { eval: evaluation, evalByCredential } = record(prf, 'prf');
    if (evalByCredential !== undefined)
      throw new WebAuthnError('NotSupportedError', 'cannot use prf.evalByCredential when a credential is created');
    if (evaluation !== undefined) values(evaluation, 'prf.eval');
    return {
      authenticatorInputs: createSecret,
      clientOutputs: ({ outputs }) => ({ prf: { enabled: wasCreated(outputs) } }),
    };
  },

  get({ prf }, allowCredentials) {
    if (prf === undefined) return undefined;
    const { eval: evaluation, evalByCredential } = record(prf, 'prf');
    const general = evaluation === undefined ? undefined : values(evaluation, 'prf.eval');
    const special = byCredential(record(evalByCredential ?? {}, 'prf.evalByCredential'), allowCredentials);
    const valuesFor = (id: Uint8Array | undefined) => (id && special.get(toBase64url(id))) ?? general;
    const isAsked = general !== undefined || special.size > 0;
    return {
      demandsVerification: isAsked,
      demandsSharedSecret: (info) => isAsked && hasHmacSecret(info),
      authenticatorInputs({ session, credentialId }) {
        const chosen = valuesFor(credentialId);
        return session && chosen ? salts(session, salted(chosen.first), chosen.second && salted(chosen.second)) : {};
      },
      clientOutputs({ outputs, session }) {
        const [first, second] = session ? secrets(outputs, session) : [];
        if (!first) return { prf: {} };
        return { prf: { results: { first: toBase64url(first), ...(second && { second: toBase64url(second) }) } } };
      },
    };
  },
};

/** The salt that hmac-secret gets for a page's value, so that a page cannot ask for the secrets of others. */
const salted = (value: Uint8Array): Uint8Array => sha256(concat(utf8('WebAuthn PRF'), new Uint8Array(1), value));

function byCredential(
  evaluations: Record<string, unknown>,
  allowCredentials: readonly CredentialDescriptor[],
): Map<string, Values> {
  const ids = Object.keys(evaluations);
  if (ids.length > 0 && allowCredentials.length === 0)
    throw new WebAuthnError('NotSupportedError', 'cannot use prf.evalByCredential without allowCredentials');
  const allowed = new Set(allowCredentials.map(({ id }) => toBase64url(id)));
  const unknown = ids.find((id) => !allowed.has(id));
  if (unknown !== undefined)
    throw new WebAuthnError('SyntaxError', `cannot use prf.evalByCredential: "${unknown}" is not in allowCredentials`);
  return new Map(ids.map((id) => [id, values(evaluations[id], `prf.evalByCredential.${id}`)]));
}

function values(value: unknown, path: string): Values {
  const { first, second } = record(value, path);
  const required = binary(first, `${path}.first`);
  return second === undefined ? { first: required } : { first: required, second: binary(second, `${path}.second`) };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new WebAuthnError('TypeError', `cannot use ${path}: an object is wanted`);
}

function binary(value: unknown, path: string): Uint8Array {
  try {
    return fromBase64url(value as string);
  } catch (cause) {
    throw new WebAuthnError('TypeError', `cannot use ${path}: base64url is wanted`, { cause });
  }
}
