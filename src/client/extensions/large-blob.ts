/**
 * Large blob storage, WebAuthn L3 section 10.1.5, on both kinds of keys: with the authenticator extension `largeBlob` (CTAP 2.2
 * section 12), and with authenticatorLargeBlobs and a largeBlobKey (CTAP 2.1 sections 6.10 and 12.3). Both only for discoverable
 * credentials.
 */
import { fromBase64url, toBase64url } from '#base/bytes.ts';
import { CtapError, ProtocolViolation, WebAuthnError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { compressBlob, decompressBlob, findBlob, replaceBlob } from '../large-blob-array.ts';
import { readLargeBlobArray, writeLargeBlobArray } from '../large-blobs.ts';
import type { AuthenticationOutcome, AuthenticatorExtensions, ClientExtension } from './extension.ts';

type Storage = 'extension' | 'command' | undefined;

/** How a key stores blobs. No key has both: CTAP 2.2 section 12. */
function storageOf({ extensions = [], options }: AuthenticatorInfo): Storage {
  if (extensions.includes('largeBlob')) return 'extension';
  return options?.largeBlobs === true && extensions.includes('largeBlobKey') ? 'command' : undefined;
}

export const largeBlob: ClientExtension = {
  create({ largeBlob }) {
    if (largeBlob === undefined) return undefined;
    const { support, read, write } = readObject(largeBlob);
    if (read !== undefined || write !== undefined) throw notSupported('read and write belong to get()');
    const isRequired = support === 'required'; // an unknown value counts as absent
    const canStore = (info: AuthenticatorInfo, discoverable: boolean) => discoverable && storageOf(info) !== undefined;
    return {
      isSuitable: (info, discoverable) => !isRequired || canStore(info, discoverable),
      authenticatorInputs(info, discoverable): AuthenticatorExtensions {
        if (!canStore(info, discoverable)) return {};
        if (storageOf(info) === 'command') return { largeBlobKey: true };
        return { largeBlob: new Map([['support', isRequired ? 'required' : 'preferred']]) };
      },
      clientOutputs({ response }) {
        const output = response.unsignedExtensionOutputs?.largeBlob;
        const supported = response.largeBlobKey !== undefined || readMember(output, 'supported') === true;
        return { largeBlob: { supported } };
      },
    };
  },

  get({ largeBlob }, { allowCredentials }) {
    if (largeBlob === undefined) return undefined;
    const { support, read, write } = readObject(largeBlob);
    if (support !== undefined) throw notSupported('support belongs to create()');
    if (read !== undefined && write !== undefined) throw notSupported('read and write exclude each other');
    if (write !== undefined) return processWrite(readBase64url(write), allowCredentials.length);
    return read === true ? readProcessor : { clientOutputs: () => ({ largeBlob: {} }) };
  },
};

const requestKey: AuthenticatorExtensions = { largeBlobKey: true };

const readProcessor = {
  authenticatorInputs({ info }: { info: AuthenticatorInfo }): AuthenticatorExtensions {
    const storage = storageOf(info);
    if (storage === 'command') return requestKey;
    return storage === 'extension' ? { largeBlob: new Map([['read', true]]) } : {};
  },
  async clientOutputs(outcome: AuthenticationOutcome) {
    const blob = await emptyIfRefused(() => readBlob(outcome));
    return { largeBlob: blob ? { blob: toBase64url(blob) } : {} };
  },
};

function processWrite(blob: Uint8Array, allowedCredentials: number) {
  if (allowedCredentials !== 1)
    throw notSupported(`write needs exactly one allowed credential, got ${allowedCredentials}`);
  return {
    permissions: (info: AuthenticatorInfo) => (storageOf(info) === 'command' ? (['lbw'] as const) : []),
    authenticatorInputs({ info }: { info: AuthenticatorInfo }): AuthenticatorExtensions {
      const storage = storageOf(info);
      if (storage === 'command') return requestKey;
      if (storage === undefined) return {};
      const input = new Map<string, Uint8Array | number>([
        ['write', compressBlob(blob)],
        ['originalSize', blob.length],
      ]);
      return { largeBlob: input };
    },
    async clientOutputs(outcome: AuthenticationOutcome) {
      const written = await emptyIfRefused(() => writeBlob(outcome, blob));
      return { largeBlob: { written: written === true } };
    },
  };
}

async function readBlob({ response, ctap, info }: AuthenticationOutcome): Promise<Uint8Array | undefined> {
  const output = response.unsignedExtensionOutputs?.largeBlob;
  const compressed = readMember(output, 'blob');
  const originalSize = readMember(output, 'originalSize');
  if (compressed instanceof Uint8Array && typeof originalSize === 'number')
    return decompressBlob(compressed, originalSize);
  return response.largeBlobKey && findBlob(await readLargeBlobArray(ctap, info), response.largeBlobKey);
}

/** Returns whether the blob was stored. */
async function writeBlob({ response, ctap, info, token, random }: AuthenticationOutcome, blob: Uint8Array) {
  const output = response.unsignedExtensionOutputs?.largeBlob;
  if (!response.largeBlobKey) return readMember(output, 'written') === true;
  const array = replaceBlob(await readLargeBlobArray(ctap, info), response.largeBlobKey, blob, random);
  await writeLargeBlobArray(array, { ctap, info, token });
  return true;
}

/** The sign-in has succeeded already: when the key refuses the blob, or answers wrongly, the output is empty. */
async function emptyIfRefused<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CtapError || error instanceof ProtocolViolation) return undefined;
    throw error;
  }
}

/** Returns a member of an unsigned output, which is a map with text keys. */
const readMember = (output: unknown, name: string): unknown => (output instanceof Map ? output.get(name) : undefined);

function readObject(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new WebAuthnError('TypeError', 'Cannot use largeBlob: expected an object');
}

function readBase64url(value: unknown): Uint8Array {
  try {
    return fromBase64url(value as string);
  } catch (cause) {
    throw new WebAuthnError('TypeError', 'Cannot use largeBlob.write: expected base64url', { cause });
  }
}

const notSupported = (reason: string) => new WebAuthnError('NotSupportedError', `Cannot use largeBlob: ${reason}`);
