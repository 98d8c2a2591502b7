/** The people of a case's organisation and what its administrators do: users, passes, codes, policy, and a look into the directory. */
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

/** A user with what only he knows. */
interface TestUser {
  name: string;
  password: string;
  totpSecret: string | undefined;
}

export interface OrganisationParts {
  directory: Directory;
  relyingParty: RelyingParty;
  store: Store;
  clock: Clock;
  random: Random;
}

export class Organisation {
  readonly #parts: OrganisationParts;
  readonly #people: TestUser[] = [];
  /** Passkeys that were there before the case began. */
  readonly #provisioned = new Set<string>();
  #taps: string[] = [];

  /** Creates the users a scenario names; the first is the default user. */
  static async create(parts: OrganisationParts, users: readonly ScenarioUser[]): Promise<Organisation> {
    const organisation = new Organisation(parts);
    for (const user of users) await organisation.#create(user);
    return organisation;
  }

  constructor(parts: OrganisationParts) {
    this.#parts = parts;
  }

  /** Everything that must not appear in a report. */
  get secrets(): string[] {
    return [...this.#people.flatMap(({ password, totpSecret }) => [password, totpSecret ?? []].flat()), ...this.#taps];
  }

  /** The default user, or the one called `name`. @throws {Error} naming who exists. */
  user(name?: string): TestUser {
    const found = name === undefined ? this.#people[0] : this.#people.find((person) => person.name === name);
    if (found) return found;
    throw new Error(
      `there is no user ${name ?? ''}; there are ${this.#people.map((person) => person.name).join(', ')}`,
    );
  }

  /** What the default user's authenticator app shows now. */
  totpCode(): string {
    const { name, totpSecret } = this.user();
    if (totpSecret === undefined) throw new Error(`${name} has no authenticator app; give the user methods: [totp]`);
    return this.codeFor(totpSecret);
  }

  codeFor(secret: string): string {
    return generateTotpCode(secret, this.#parts.clock.now());
  }

  newestTap(): string {
    const tap = this.#taps.at(-1);
    if (tap === undefined) throw new Error('no Temporary Access Pass was issued; a step issue-tap does that');
    return tap;
  }

  /** A refusal is an outcome that `expect` can look at, not a failure of the step. */
  async issueTap(request: NonNullable<StepArgument<'issue-tap'>>): Promise<void> {
    const user = await this.#user(request.for);
    const lifetimeMinutes = request.lifetime === undefined ? undefined : Math.round(request.lifetime / 60_000);
    const issued = await this.#parts.directory.issueTap(
      user,
      { lifetimeMinutes, oneTime: request['one-time'], length: request.length },
      request.by ?? 'authentication-administrator',
    );
    if (issued.accepted) this.#taps.push(issued.code);
  }

  async setPolicy(stated: ScenarioPolicy): Promise<void> {
    const { directory } = this.#parts;
    await directory.setPolicy(toPolicyInput(stated, await directory.policy()));
  }

  /** Creates a user who is the default one from now on. */
  async provision(user: ScenarioUser): Promise<void> {
    await this.#create(user);
    this.#people.unshift(this.#people.pop() as TestUser);
  }

  async passkeys(): Promise<(Passkey & { provisioned: boolean })[]> {
    const passkeys = await this.#parts.directory.passkeys(await this.#user());
    return passkeys.map((passkey) => ({ ...passkey, provisioned: this.#provisioned.has(passkey.id) }));
  }

  /** Credentials that were verified, never named, and can no longer be. */
  async abandonedCredentials(): Promise<PendingPasskey[]> {
    const { directory, clock } = this.#parts;
    const pending = await directory.pendingPasskeys(await this.#user());
    return pending.filter(({ state, expiresAt }) => state === 'abandoned' || expiresAt <= clock.now());
  }

  /** Everything the relying party logged; what waited too long is told as abandoned now, as its administrators would see it. */
  async events(): Promise<EventRecord[]> {
    await this.#parts.relyingParty.cleanUpExpired();
    return this.#parts.directory.events();
  }

  async #user(name?: string): Promise<User> {
    return (await this.#parts.directory.user(this.user(name).name)) as User;
  }

  async #create(wanted: ScenarioUser): Promise<void> {
    const { directory, random } = this.#parts;
    const name = wanted.name ?? `person-${this.#people.length + 1}@contoso.test`;
    const password = wanted.password ?? toBase64url(random.bytes(12));
    const totpSecret = wanted.methods?.includes('totp') ? generateTotpSecret(random) : undefined;
    const user = await directory.createUser({
      name,
      password,
      totpSecret,
      displayName: wanted['display-name'],
      guest: wanted.guest,
      groups: wanted.groups,
      roles: wanted.roles,
    });
    this.#people.push({ name, password, totpSecret });
    for (let number = 1; number <= (wanted.passkeys ?? 0); number++)
      await this.#addPasskey(user, `Earlier key ${number}`);
  }

  /** A passkey of some key that is not here: its private key never existed. */
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
