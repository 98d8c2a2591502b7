/** The user of a site that Touchstone does not administer: from the site file, or created by its `before` hook. */
import { type Clock, systemClock } from '#base/clock.ts';
import { messageOf, UnavailableError } from '#base/errors.ts';
import { openAuthenticatorApp } from '#relying-party/methods/totp.ts';
import type { SiteDefinition } from '../../language/site-definition.ts';
import type { Organisation, TestUser } from '../organisation.ts';
import { type HookEnvironment, runHook } from './site-hook.ts';
import { type ClaimOptions, claimCode } from './totp-steps.ts';

export interface SiteUsersOptions extends Omit<HookEnvironment, 'user'> {
  definition: SiteDefinition;
  /** Clock of the authenticator app; the clock of the site cannot be advanced. */
  clock?: Clock;
  /** How the case waits for a code that was not used yet. */
  waitForCode?: ClaimOptions['wait'];
  /** Folder with the used codes; default: the one that all runs of this user share. */
  usedCodes?: string;
}

export class SiteUsers implements Organisation, AsyncDisposable {
  readonly administration = undefined;
  readonly log = undefined;
  readonly #options: SiteUsersOptions;
  readonly #user: Record<string, unknown>;

  /** Runs the `before` hook, if there is one. @throws {UnavailableError} if it fails or does not return the values under `provides`. */
  static async create(options: SiteUsersOptions): Promise<SiteUsers> {
    const { user, before } = options.definition;
    if (!before) return new SiteUsers(options, user);
    const provided = (await runHook('before', before, { ...options, user })) as Record<string, unknown>;
    const missing = before.provides.filter((name) => provided[name] === undefined);
    if (missing.length > 0)
      throw new UnavailableError(
        `The before hook of the site returned no ${missing.join(', ')}; it returned ${Object.keys(provided).join(', ') || 'nothing'}`,
      );
    const values = Object.fromEntries(before.provides.map((name) => [name, provided[name]]));
    if (typeof values.totp === 'string') checkTotp(values.totp);
    return new SiteUsers(options, { ...user, ...values });
  }

  private constructor(options: SiteUsersOptions, user: Record<string, unknown>) {
    this.#options = options;
    this.#user = { ...user };
  }

  /** Playwright's storageState of the user: its path relative to the site file, or the state itself. */
  get storageState(): unknown {
    return this.#user['storage-state'];
  }

  get secrets(): string[] {
    const { password, totp } = this.#user;
    return [password, totp].filter((value): value is string => typeof value === 'string' && value !== '');
  }

  user(name?: string): TestUser {
    const known = this.#user.name;
    if (name !== undefined && name !== known)
      throw new Error(`Unknown user ${name}; the user of the site is ${known ?? 'not named'}`);
    const texts = Object.entries(this.#user).flatMap(([key, value]) =>
      typeof value === 'object' || value === undefined ? [] : [[`user.${key}`, String(value)]],
    );
    return { name: String(known ?? ''), values: Object.fromEntries(texts) };
  }

  async totpCode(name?: string, signal?: AbortSignal): Promise<string> {
    this.user(name);
    const { totp } = this.#user;
    if (typeof totp !== 'string') throw new Error('The user of the site has no authenticator app: set totp under user');
    const { clock = systemClock, waitForCode, usedCodes } = this.#options;
    return claimCode(openAuthenticatorApp(totp), { clock, wait: waitForCode, folder: usedCodes, signal });
  }

  addTotpSecret(secret: string): void {
    this.#user.totp = secret;
  }

  newestTap(): string {
    throw new Error('Touchstone issues no Temporary Access Pass for this site: give it to the step mfa');
  }

  /** Runs the `after` hook, if there is one. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { after } = this.#options.definition;
    if (after) await runHook('after', after, { ...this.#options, user: this.#user });
  }
}

/** @throws {UnavailableError} if it is not the key of an authenticator app. */
function checkTotp(key: string): void {
  try {
    openAuthenticatorApp(key);
  } catch (cause) {
    throw new UnavailableError(`The before hook of the site returned a wrong totp: ${messageOf(cause)}`, { cause });
  }
}
