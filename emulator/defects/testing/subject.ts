/** An authenticator with a PIN, alone with a test: its clock stands still, and it is touched when the test says so. */

import { utf8 } from '#base/bytes.ts';
import { AdjustableClock } from '#base/clock.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { type CommandRequest, permissions } from '#protocol/commands.ts';
import { type AuthenticatorOptions, createAuthenticator, type DefectId, ManualGestures } from '../../index.ts';
import { messageOf, rpId, TestPlatform } from '../../testing/test-platform.ts';

export const pin = '1234';

export class Subject {
  readonly clock = new AdjustableClock();
  readonly gestures = new ManualGestures();
  readonly platform: TestPlatform;

  constructor(defects: readonly DefectId[], options: Partial<AuthenticatorOptions> = {}) {
    const { clock, gestures } = this;
    const seams = { clock, gestures, pin, defects };
    this.platform = new TestPlatform(createAuthenticator({ persona: 'touchstone-key', ...seams, ...options }));
  }

  get authenticator() {
    return this.platform.authenticator;
  }

  /** A pinUvAuthParam over the test's client data. */
  async proof(permissions = 0x01) {
    const { token } = await this.platform.pinToken(2, pin, { permissions, rpId });
    return this.platform.proof(2, token as Uint8Array);
  }

  /** Registers after a touch. */
  register(changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {}) {
    this.gestures.touch();
    return this.platform.makeCredential(changes);
  }

  /** A discoverable credential of the verified user. */
  async account(name = 'alice') {
    const user = { id: utf8(name), name };
    return this.register({ user, options: { rk: true }, ...(await this.proof()) });
  }

  async signIn(changes: Partial<CommandRequest<'authenticatorGetAssertion'>> = {}) {
    this.gestures.touch();
    return this.platform.getAssertion(changes);
  }

  /** What a registration says in authenticator data. */
  async registeredData(changes: Partial<CommandRequest<'authenticatorMakeCredential'>> = {}) {
    return parseAuthenticatorData((await this.register(changes)).response.authData);
  }

  /** The answer to getInfo as bytes. */
  rawInfo(): Promise<Uint8Array> {
    return this.authenticator.process(messageOf('authenticatorGetInfo'));
  }

  async wrongPins(count: number): Promise<string[]> {
    const statuses: string[] = [];
    for (let attempt = 0; attempt < count; attempt++)
      statuses.push((await this.platform.pinToken(2, '0000', { permissions: 1, rpId })).status);
    return statuses;
  }
}

/** What comes of it: a value, or the kind of error. */
export const outcome = <T>(work: Promise<T>): Promise<T | string> =>
  work.catch((error: Error) => `${error.name}: ${error.message}`);

/** Something to look at: the same in two correct authenticators. */
export type Observation = (subject: Subject) => Promise<unknown>;

export const status = async (reply: Promise<{ status: string }>) => (await reply).status;

/** What a token for a registration is asked for with. */
export const mcToken = { permissions: permissions.mc, rpId };
