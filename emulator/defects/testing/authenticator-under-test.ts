/** An authenticator with a PIN, and defects if the test wants them. The test advances its clock and performs its touches. */
import { utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CommandRequest, permissions } from '#protocol/commands.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, ManualGestures } from '../../index.ts';
import { encodeCommand, rpId, TestPlatform } from '../../testing/test-platform.ts';

export const pin = '1234';

export class AuthenticatorUnderTest {
  readonly clock = new AdjustableClock();
  readonly gestures = new ManualGestures();
  readonly platform: TestPlatform;

  constructor(defects: readonly DefectId[], options: Partial<AuthenticatorOptions> = {}) {
    const { clock, gestures } = this;
    const defaults = { persona: 'touchstone-key', clock, gestures, pin, defects } as const;
    this.platform = new TestPlatform(createAuthenticator({ ...defaults, ...options }));
  }

  get authenticator() {
    return this.platform.authenticator;
  }

  /** Gets a token with the PIN and returns the pinUvAuth parameters of a request over the test's clientDataHash. */
  async pinUvAuth(permissions = 0x01) {
    const { token } = await this.platform.pinToken(2, pin, { permissions, rpId });
    return this.platform.pinUvAuth(2, token as Uint8Array);
  }

  /** Touches the authenticator and registers a credential. */
  register(changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {}) {
    this.gestures.touch();
    return this.platform.makeCredential(changes);
  }

  /** Registers a discoverable credential with user verification. */
  async registerDiscoverable(name = 'alice') {
    const user = { id: utf8(name), name };
    return this.register({ user, options: { rk: true }, ...(await this.pinUvAuth()) });
  }

  /** Touches the authenticator and gets an assertion. */
  async signIn(changes: Partial<CommandRequest<'authenticatorGetAssertion'>> = {}) {
    this.gestures.touch();
    return this.platform.getAssertion(changes);
  }

  /** Registers a credential and returns the parsed authenticator data. */
  async registerAndReadAuthData(changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {}) {
    return parseAuthenticatorData((await this.register(changes)).response.authData);
  }

  /** Registers a credential and returns its PublicKeyCredentialDescriptor. */
  async registerAndGetDescriptor(changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {}) {
    const { attestedCredentialData } = await this.registerAndReadAuthData(changes);
    if (!attestedCredentialData) throw new Error('The registration has no attested credential data');
    return { id: attestedCredentialData.credentialId, type: 'public-key' };
  }

  /** Returns the response to authenticatorGetInfo as bytes, status first. */
  getInfoBytes(): Promise<Uint8Array> {
    return this.authenticator.process(encodeCommand('authenticatorGetInfo'));
  }

  /** Enters a wrong PIN `count` times and returns the status of each attempt. */
  async enterWrongPins(count: number): Promise<string[]> {
    const statuses: string[] = [];
    for (let attempt = 0; attempt < count; attempt++)
      statuses.push(await statusOf(this.platform.pinToken(2, '0000', { permissions: 1, rpId })));
    return statuses;
  }
}

/** Returns the result of `work`, or the error that it throws as text. */
export const valueOrError = <T>(work: Promise<T>): Promise<T | string> =>
  work.catch((error: Error) => `${error.name}: ${error.message}`);

/** Returns the status of a reply. */
export const statusOf = async (reply: Promise<{ status: string }>) => (await reply).status;

/**
 * Exercises an authenticator and returns what a host can observe. Two authenticators without defects give equal results; an
 * authenticator with the defect gives another one.
 */
export type Observation = (subject: AuthenticatorUnderTest) => Promise<unknown>;

/** Permissions of a token for registrations. */
export const mcToken = { permissions: permissions.mc, rpId };
