/** The accounts of one case: opened through the target, recorded, and closed when the case ends. */
import { messageOf } from '#base/errors.ts';
import type { Evidence } from '../case-result.ts';
import type { CeremonySettings } from './ceremony-settings.ts';
import type { Account, RelyingPartyTarget } from './target.ts';

export class CaseAccounts {
  readonly #target: RelyingPartyTarget;
  readonly #open: Account[] = [];
  #lastSent: Evidence | undefined;

  constructor(target: RelyingPartyTarget) {
    this.#target = target;
  }

  /** The last response that was sent to one of the accounts. */
  get lastSent(): Evidence | undefined {
    return this.#lastSent;
  }

  async open(settings: CeremonySettings): Promise<Account> {
    const account = await this.#target.openAccount(settings);
    this.#open.push(account);
    return this.#record(account);
  }

  /** Closes all of them. Returns what failed. */
  async close(): Promise<string[]> {
    const problems: string[] = [];
    for (const account of this.#open)
      await account.close?.().catch((error: unknown) => problems.push(messageOf(error)));
    return problems;
  }

  #record(account: Account): Account {
    const record = (name: string, response: unknown) => {
      this.#lastSent = { name, text: JSON.stringify(response) ?? 'nothing' };
    };
    return {
      // These may be unknown until the first ceremony of the account has begun.
      get origin() {
        return account.origin;
      },
      get rpId() {
        return account.rpId;
      },
      get userHandle() {
        return account.userHandle;
      },
      beginRegistration: () => account.beginRegistration(),
      register(response) {
        record('registration', response);
        return account.register(response);
      },
      beginAuthentication: () => account.beginAuthentication(),
      authenticate(response) {
        record('authentication', response);
        return account.authenticate(response);
      },
      listCredentialIds: () => account.listCredentialIds(),
      letTimePass: async (ms) => account.letTimePass?.(ms),
    };
  }
}
