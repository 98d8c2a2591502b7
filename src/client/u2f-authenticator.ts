/**
 * A key that supports only CTAP1/U2F, behind the commands of CTAP2: CTAP 2.1 section 7.2. makeCredential and getAssertion are
 * translated to U2F messages and their responses to CTAP2 responses; every other command is unknown.
 */
import { concat, uint } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { parseResponse, statusWordName, statusWords } from '#protocol/apdu.ts';
import { encodeAuthenticatorData, flag } from '#protocol/authenticator-data.ts';
import { encode } from '#protocol/cbor.ts';
import type { CommandName, CommandRequest, CommandResponse } from '#protocol/commands.ts';
import { createCoseKey } from '#protocol/cose.ts';
import { sha256 } from '#protocol/crypto.ts';
import { CtapError } from '#protocol/errors.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import {
  encodeU2fAuthenticate,
  encodeU2fRegister,
  maxKeyHandleLength,
  parseU2fAuthentication,
  parseU2fRegistration,
  type U2fAuthenticateRequest,
} from '#protocol/u2f.ts';
import type { Transact, TransactOptions } from '#transport/device.ts';
import { type CtapCommands, type CtapOptions, transactCancellably } from './ctap2.ts';

type MakeCredentialRequest = CommandRequest<'authenticatorMakeCredential'>;
type MakeCredentialResponse = CommandResponse<'authenticatorMakeCredential'>;
type GetAssertionRequest = CommandRequest<'authenticatorGetAssertion'>;
type GetAssertionResponse = CommandResponse<'authenticatorGetAssertion'>;
type KeyHandle = Pick<U2fAuthenticateRequest, 'challenge' | 'application' | 'keyHandle'>;

/** A key that waits for a touch answers at once; the command is repeated after this time. */
const pollIntervalMs = 100;

/** ES256, no discoverable credentials, no user verification, no extensions: the limits of section 7.2. */
const info: AuthenticatorInfo = {
  versions: ['U2F_V2'],
  aaguid: new Uint8Array(16),
  options: {},
  algorithms: [{ type: 'public-key', alg: -7 }],
  maxCredentialCountInList: Number.MAX_SAFE_INTEGER, // key handles are checked one by one
  maxCredentialIdLength: maxKeyHandleLength,
};

export class U2fAuthenticator implements CtapCommands {
  readonly #transactU2f: Transact;
  readonly #options: CtapOptions;
  readonly #clock: Clock;

  /** `transactU2f` is that of a `CtapDevice`. */
  constructor(transactU2f: Transact, options: CtapOptions) {
    this.#transactU2f = transactU2f;
    this.#options = options;
    this.#clock = options.clock;
  }

  async getInfo(): Promise<AuthenticatorInfo> {
    return info;
  }

  /** Errors as `Ctap2.send`. */
  async send<C extends CommandName>(
    command: C,
    request: CommandRequest<C>,
    options: TransactOptions = {},
  ): Promise<CommandResponse<C>> {
    const respond = () => {
      if (command === 'authenticatorMakeCredential') return this.#register(request as MakeCredentialRequest, options);
      if (command === 'authenticatorGetAssertion') return this.#authenticate(request as GetAssertionRequest, options);
      throw new CtapError('CTAP1_ERR_INVALID_COMMAND', `${command} does not exist in U2F`);
    };
    return (await respond()) as CommandResponse<C>;
  }

  async clientPin(): Promise<never> {
    throw new CtapError('CTAP1_ERR_INVALID_COMMAND', 'authenticatorClientPIN does not exist in U2F');
  }

  fits(): boolean {
    return true;
  }

  /** Section 7.2.2. */
  async #register(request: MakeCredentialRequest, options: TransactOptions): Promise<MakeCredentialResponse> {
    if (request.options?.rk || request.options?.uv || request.pinUvAuthParam)
      throw new CtapError(
        'CTAP2_ERR_UNSUPPORTED_OPTION',
        'U2F has no discoverable credentials and no user verification',
      );
    const { clientDataHash } = request;
    const rpIdHash = sha256(request.rp.id);
    if (await this.#findKeyHandle(request.excludeList ?? [], rpIdHash, options)) {
      await this.#waitForTouch(options);
      throw new CtapError('CTAP2_ERR_CREDENTIAL_EXCLUDED', 'the key has a credential of the exclude list');
    }
    const data = await this.#sendUntilTouched(encodeU2fRegister(clientDataHash, rpIdHash), options);
    const { x, y, keyHandle, certificate, signature } = parseU2fRegistration(data);
    const authData = encodeAuthenticatorData({
      rpIdHash,
      flags: flag.UP,
      signCount: 0,
      attestedCredentialData: {
        aaguid: info.aaguid,
        credentialId: keyHandle,
        credentialPublicKey: encode(createCoseKey({ alg: -7, kty: 2, crv: 1, x, y })),
      },
    });
    return {
      fmt: 'fido-u2f',
      authData,
      attStmt: new Map<string, Uint8Array | Uint8Array[]>([
        ['sig', signature],
        ['x5c', [certificate]],
      ]),
    };
  }

  /** Section 7.2.3. With `up: false` only the key handles are checked, and the response has no signature. */
  async #authenticate(request: GetAssertionRequest, options: TransactOptions): Promise<GetAssertionResponse> {
    const { clientDataHash, allowList = [] } = request;
    const rpIdHash = sha256(request.rpId);
    const isSilent = request.options?.up === false;
    const credential = await this.#findKeyHandle(allowList, rpIdHash, options);
    if (!credential) {
      if (!isSilent) await this.#waitForTouch(options);
      throw new CtapError('CTAP2_ERR_NO_CREDENTIALS', 'the key has no credential of the allow list');
    }
    if (isSilent) {
      const authData = encodeAuthenticatorData({ rpIdHash, flags: 0, signCount: 0 });
      return { credential, authData, signature: new Uint8Array(0) };
    }
    const keyHandle = { challenge: clientDataHash, application: rpIdHash, keyHandle: credential.id };
    const apdu = encodeU2fAuthenticate({ control: 'enforceUserPresence', ...keyHandle });
    const { userPresence, counter, signature } = parseU2fAuthentication(await this.#sendUntilTouched(apdu, options));
    const authData = concat(rpIdHash, uint(userPresence & flag.UP, 1), uint(counter, 4));
    return { credential, authData, signature };
  }

  async #findKeyHandle<D extends { id: Uint8Array; type: string }>(
    list: readonly D[],
    application: Uint8Array,
    options: TransactOptions,
  ): Promise<D | undefined> {
    for (const descriptor of list) {
      const isCandidate = descriptor.type === 'public-key' && descriptor.id.length <= maxKeyHandleLength;
      const keyHandle = { challenge: new Uint8Array(32), application, keyHandle: descriptor.id };
      if (isCandidate && (await this.#isKnown(keyHandle, options))) return descriptor;
    }
    return undefined;
  }

  /** Section 7.2.2 step 1: a key that requires user presence for a key handle has the credential. */
  async #isKnown(keyHandle: KeyHandle, options: TransactOptions): Promise<boolean> {
    const { status } = await this.#transact(encodeU2fAuthenticate({ control: 'checkOnly', ...keyHandle }), options);
    if (status === statusWords.SW_CONDITIONS_NOT_SATISFIED || status === statusWords.SW_NO_ERROR) return true;
    if (status === statusWords.SW_WRONG_DATA || status === statusWords.SW_WRONG_LENGTH) return false;
    throw createStatusError(status);
  }

  /** Section 7.2.2: a registration for a dummy application, which stores nothing on the key. */
  async #waitForTouch(options: TransactOptions): Promise<void> {
    await this.#sendUntilTouched(encodeU2fRegister(new Uint8Array(32), sha256('.dummy')), options);
  }

  /** Repeats a command until the user has touched the key. Reports the wait as keepalives, as a CTAP2 key does. */
  async #sendUntilTouched(apdu: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    for (;;) {
      const { status, data } = await this.#transact(apdu, options);
      if (status === statusWords.SW_NO_ERROR) return data;
      if (status !== statusWords.SW_CONDITIONS_NOT_SATISFIED) throw createStatusError(status);
      options.onKeepalive?.('upneeded');
      await this.#clock.sleep(pollIntervalMs, options.signal ?? this.#options.signal);
    }
  }

  async #transact(apdu: Uint8Array, options: TransactOptions) {
    return parseResponse(await transactCancellably(this.#transactU2f, apdu, options, this.#options));
  }
}

const createStatusError = (status: number): CtapError =>
  status === statusWords.SW_COMMAND_NOT_ALLOWED
    ? new CtapError('CTAP2_ERR_NOT_ALLOWED', 'the key has U2F disabled')
    : new CtapError('CTAP1_ERR_OTHER', `the key answered with ${statusWordName(status)}`);
