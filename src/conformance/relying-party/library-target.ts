/**
 * A library under test as a target: two functions of an adapter verify a response, and this file stores what a server would store:
 * the challenge and the credential.
 */
import { toBase64url, utf8 } from '#base/bytes.ts';
import { UnavailableError } from '#base/errors.ts';
import type { Random } from '#base/random.ts';
import type { CeremonySettings, MetadataSource } from './ceremony-settings.ts';
import type { Account, Outcome, RelyingPartyTarget } from './target.ts';

/** What both functions of an adapter get. */
interface VerificationInput {
  /** The body, unchanged: RegistrationResponseJSON or AuthenticationResponseJSON, or something else. */
  response: unknown;
  /** Base64url. */
  challenge: string;
  origin: string;
  rpId: string;
  userVerification: CeremonySettings['userVerification'];
}

interface RegistrationInput extends VerificationInput {
  algorithms: readonly number[];
  attestation: CeremonySettings['attestation'];
  /** Root certificates, DER. */
  trustAnchors: readonly Uint8Array[];
  /** Metadata of authenticator models, for libraries with `usesMetadata`. */
  metadata?: MetadataSource | undefined;
}

interface AuthenticationInput extends VerificationInput {
  /** What `verifyRegistration` returned as `credential`. */
  credential: unknown;
  /** Base64url. */
  userHandle: string;
}

/**
 * What an adapter returns: `credential` is what the library stores, `rule` the id of the violated rule if the library names it.
 */
export type Verified = { accepted: true; credential?: unknown } | { accepted: false; rule?: string; reason?: string };

/**
 * The adapter of a library. A function refuses with `accepted: false` or with an exception; the exceptions that the engine throws for
 * programming errors count as a crash.
 */
export interface RelyingPartyLibrary {
  name: string;
  version?: string | undefined;
  formats?: readonly string[] | undefined;
  algorithms?: readonly number[] | undefined;
  checksTrust: boolean;
  usesMetadata?: boolean | undefined;
  verifyRegistration(input: RegistrationInput): Promise<Verified>;
  verifyAuthentication(input: AuthenticationInput): Promise<Verified>;
}

/** The library failed instead of refusing: an adapter throws it where the engine does not show that itself. */
export class LibraryCrash extends Error {
  override readonly name = 'LibraryCrash';
}

export interface LibraryTargetOptions {
  random: Random;
  /** Root certificates, DER. */
  trustAnchors: readonly Uint8Array[];
}

const ownOrigin = 'https://relying-party.example';
const ownRpId = 'relying-party.example';

export function createLibraryTarget(
  library: RelyingPartyLibrary,
  { random, trustAnchors }: LibraryTargetOptions,
): RelyingPartyTarget {
  const { name, version, formats, algorithms, checksTrust, usesMetadata } = library;
  return {
    name,
    version,
    formats,
    algorithms,
    checksTrust,
    usesMetadata,
    takesVectors: true,
    keepsState: false,
    openAccount: async (settings) => createAccount(library, settings, { random, trustAnchors }),
  };
}

function createAccount(
  library: RelyingPartyLibrary,
  settings: CeremonySettings,
  { random, trustAnchors }: LibraryTargetOptions,
): Account {
  const userHandle = toBase64url(utf8(`user-${toBase64url(random.bytes(6))}`));
  let challenge = '';
  let credential: unknown;
  const { vector } = settings;
  const { origin, rpId } = vector ?? { origin: ownOrigin, rpId: ownRpId };
  const begin = async (ofVector: string | undefined) => {
    challenge = ofVector ?? toBase64url(random.bytes(32));
    return challenge;
  };
  const common = (response: unknown) => ({
    response,
    challenge,
    origin,
    rpId,
    userVerification: settings.userVerification,
  });
  return {
    origin,
    rpId,
    userHandle,
    beginRegistration: () => begin(vector?.registration),
    register: (response) =>
      toOutcome(async () => {
        const { algorithms, attestation, metadata } = settings;
        const verified = await library.verifyRegistration({
          ...common(response),
          algorithms,
          attestation,
          trustAnchors: vector?.trustAnchors ?? trustAnchors,
          ...(metadata && { metadata }),
        });
        if (verified.accepted) credential = verified.credential;
        return verified;
      }),
    beginAuthentication: () => begin(vector?.authentication),
    authenticate: (response) =>
      toOutcome(() => library.verifyAuthentication({ ...common(response), credential, userHandle })),
    listCredentialIds: async () => undefined,
  };
}

async function toOutcome(verify: () => Promise<Verified>): Promise<Outcome> {
  try {
    const verified = await verify();
    return verified.accepted
      ? { verdict: 'accepted' }
      : { verdict: 'refused', rule: verified.rule, detail: verified.reason };
  } catch (error) {
    if (error instanceof UnavailableError) throw error; // the adapter failed, not the library
    if (error instanceof LibraryCrash) return { verdict: 'crashed', detail: error.message };
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return isProgrammingError(error) ? { verdict: 'crashed', detail } : { verdict: 'refused', detail };
  }
}

/** How V8 begins or ends the messages of errors that it throws itself; libraries throw TypeError with their own messages, too. */
const engineMessage =
  /^Cannot (read|set|convert|destructure|assign|use 'in')|is not (a function|iterable|a constructor|defined|an object)\b|^(Invalid array|Offset is|Start offset)/;

/** Returns whether the engine or Node.js threw the error because of a programming error. */
function isProgrammingError(error: unknown): boolean {
  if (error instanceof ReferenceError) return true;
  if (!(error instanceof TypeError || error instanceof RangeError)) return false;
  return ('code' in error && String(error.code).startsWith('ERR_')) || engineMessage.test(error.message);
}
