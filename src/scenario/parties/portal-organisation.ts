/** The organisation of the reference portal, which Touchstone administers. */
import { toBase64url } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Directory } from '#relying-party/directory.ts';
import { generateTotpCode, generateTotpSecret } from '#relying-party/methods/totp.ts';
import type { RelyingParty } from '#relying-party/relying-party.ts';
import type { EventRecord, Passkey, PendingPasskey, Store, User } from '#relying-party/store/store.ts';
import { toPolicyInput } from '../language/policy-mapping.ts';
import type { ScenarioPolicy, ScenarioUser } from '../language/schema/relying-party.ts';
import type { StepArgument } from '../language/step-arguments.ts';
import type { Administration, Organisation, TestUser } from './organisation.ts';
import type { RelyingPartyLog } from './relying-party-log.ts';

interface PortalUser {
  name: string;
  password: string;
  totpSecret: string | undefined;
}

export interface PortalOrganisationParts {
  directory: Directory;
  relyingParty: RelyingParty;
  store: Store;
  clock: Clock;
  random: Random;
  log: RelyingPartyLog;
}

export class PortalOrganisation implements Organisation, Administration {
  readonly #parts: PortalOrganisationParts;
  /** The first one is the default user. */
  readonly #users: PortalUser[] = [];
  /** Ids of passkeys that exist before the case begins. */
  readonly #provisioned = new Set<string>();
  readonly #taps: { user: string; code: string }[] = [];

  /** Creates the users of a scenario; the first one is the default user. */
  static async create(parts: PortalOrganisationParts, users: readonly ScenarioUser[]): Promise<PortalOrganisation> {
    const organisation = new PortalOrganisation(parts);
    for (const user of users) organisation.#users.push(await organisation.#createUser(user));
    return organisation;
  }

  constructor(parts: PortalOrganisationParts) {
    this.#parts = parts;
  }

  get log(): RelyingPartyLog {
    return this.#parts.log;
  }

  get administration(): Administration {
    return this;
  }

  get secrets(): string[] {
    return [
      ...this.#users.flatMap(({ password, totpSecret }) => [password, totpSecret ?? []].flat()),
      ...this.#taps.map(({ code }) => code),
    ];
  }

  user(name?: string): TestUser {
    const user = this.#user(name);
    return { name: user.name, values: { 'user.name': user.name, 'user.password': user.password } };
  }

  #user(name = this.log.signedIn): PortalUser {
    const user = name === undefined ? this.#users[0] : this.#users.find((other) => other.name === name);
    if (user) return user;
    const names = this.#users.map((other) => other.name).join(', ');
    throw new Error(`Unknown user ${name ?? ''}; the users are ${names}`);
  }

  totpCode(user?: string): string {
    const { name, totpSecret } = this.#user(user);
    if (totpSecret === undefined) throw new Error(`${name} has no authenticator app: give the user methods: [totp]`);
    return generateTotpCode(totpSecret, this.#parts.clock.now());
  }

  addTotpSecret(secret: string): void {
    this.#user().totpSecret = secret;
  }

  newestTap(name?: string): string {
    const user = this.#user(name).name;
    const tap = this.#taps.findLast((issued) => issued.user === user);
    if (tap) return tap.code;
    throw new Error(`No Temporary Access Pass was issued for ${user}: add a step issue-tap before this one`);
  }

  async issueTap(request: NonNullable<StepArgument<'issue-tap'>>): Promise<void> {
    const user = await this.#storedUser(request.for);
    const lifetimeMinutes = request.lifetime === undefined ? undefined : Math.round(request.lifetime / 60_000);
    const issued = await this.#parts.directory.issueTap(
      user,
      { lifetimeMinutes, oneTime: request['one-time'], length: request.length },
      request.by ?? 'authentication-administrator',
    );
    if (issued.accepted) this.#taps.push({ user: user.name, code: issued.code });
  }

  async setPolicy(changes: ScenarioPolicy): Promise<void> {
    const { directory } = this.#parts;
    await directory.setPolicy(toPolicyInput(changes, await directory.policy()));
  }

  async provision(user: ScenarioUser): Promise<void> {
    this.#users.unshift(await this.#createUser(user));
    this.log.forgetUser();
  }

  async passkeys(): Promise<(Passkey & { provisioned: boolean })[]> {
    const passkeys = await this.#parts.directory.passkeys(await this.#storedUser(this.log.lastSignedIn));
    return passkeys.map((passkey) => ({ ...passkey, provisioned: this.#provisioned.has(passkey.id) }));
  }

  async credentialIds(): Promise<string[]> {
    const users = await Promise.all(this.#users.map(({ name }) => this.#storedUser(name)));
    const passkeys = await Promise.all(users.map((user) => this.#parts.directory.passkeys(user)));
    return passkeys.flat().map(({ credentialId }) => credentialId);
  }

  async abandonedCredentials(): Promise<PendingPasskey[]> {
    const { directory, clock } = this.#parts;
    const pending = await directory.pendingPasskeys(await this.#storedUser(this.log.lastSignedIn));
    return pending.filter(({ state, expiresAt }) => state === 'abandoned' || expiresAt <= clock.now());
  }

  async events(): Promise<EventRecord[]> {
    await this.#parts.relyingParty.cleanUpExpired();
    return this.#parts.directory.events();
  }

  async #storedUser(name?: string): Promise<User> {
    return (await this.#parts.directory.user(this.#user(name).name)) as User;
  }

  async #createUser(definition: ScenarioUser): Promise<PortalUser> {
    const { directory, random } = this.#parts;
    const name = definition.name ?? `person-${this.#users.length + 1}@contoso.test`;
    const password = definition.password ?? toBase64url(random.bytes(12));
    const totpSecret = definition.methods?.includes('totp') ? generateTotpSecret(random) : undefined;
    const user = await directory.createUser({
      name,
      password,
      totpSecret,
      displayName: definition['display-name'],
      guest: definition.guest,
      groups: definition.groups,
      roles: definition.roles,
    });
    for (let number = 1; number <= (definition.passkeys ?? 0); number++)
      await this.#addPasskey(user, `Earlier key ${number}`);
    return { name, password, totpSecret };
  }

  /** Adds a passkey that no authenticator of the case has: it consists of random bytes. */
  async #addPasskey(user: User, name: string): Promise<void> {
    const { store, clock, random } = this.#parts;
    const id = toBase64url(random.bytes(16));
    await store.pending.insert({
      id,
      userId: user.id,
      sessionId: 'provisioned',
      verifiedAt: clock.now(),
      expiresAt: clock.now() + 60_000,
      state: 'waiting',
      credential: {
        credentialId: toBase64url(random.bytes(32)),
        publicKey: toBase64url(random.bytes(77)),
        algorithm: -7,
        signCount: 0,
        aaguid: '00000000-0000-0000-0000-000000000000',
        attestation: { fmt: 'none', type: 'none', chain: 'none' },
        kind: 'security-key',
        transports: ['usb'],
        userVerified: true,
        backupEligible: false,
        backedUp: false,
        discoverable: true,
      },
    });
    const passkey = await store.passkeys.promote(id, name, clock.now());
    if (passkey) this.#provisioned.add(passkey.id);
  }
}
