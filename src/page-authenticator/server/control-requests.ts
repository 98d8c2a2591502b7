/** The HTTP requests of tests to the authenticator server: they prepare the key and the dialog, and read what happened. */
import { UsageError } from '#base/errors.ts';
import { PendingRequests } from '#browser/shim/pending-requests.ts';
import { ShimSession } from '#browser/shim/shim-session.ts';
import { KeySet, type KeySetOptions } from '../key-set.ts';
import { transcriptOf } from '../transcript.ts';
import { parseKeyOptions, parsePreparedAnswers } from './request-bodies.ts';

type Route = `${'GET' | 'POST' | 'PUT'} /${string}`;

/** The key that the server serves now, and the session of its pages. */
export class ServedKeySet implements Disposable {
  readonly session: ShimSession;
  readonly #options: KeySetOptions;
  #set: KeySet;

  /** @throws {UsageError} for options that a model does not support. */
  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#set = this.#create(options);
    const pending = new PendingRequests('chromium');
    this.session = new ShimSession(this.#set.handler, { pending, uninstall: async () => undefined });
  }

  /** Handles one request of a test. Returns the JSON of the answer, or undefined for an unknown route. */
  handle(route: string, body: string): object | undefined {
    if (!Object.hasOwn(this.#routes, route)) return undefined;
    return this.#routes[route as Route]?.(body);
  }

  [Symbol.dispose](): void {
    this.#set[Symbol.dispose]();
  }

  readonly #routes: Readonly<Record<Route, (body: string) => object>> = {
    'GET /status': () => this.#status(),
    'GET /transcript': () => transcriptOf(this.#set),
    'GET /key/state': () => this.#set.key.exportState(),
    'PUT /key': (body) => this.#replaceKey(body),
    'POST /key/touch': () => this.#gesture(() => this.#set.key.touch()),
    'POST /key/deny': () => this.#gesture(() => this.#set.key.deny()),
    'POST /key/unplug': () => this.#gesture(() => this.#set.key.unplug()),
    'POST /key/plug-in': () => this.#gesture(() => this.#set.key.plugIn()),
    'POST /dialog/answers': (body) => {
      this.#set.dialog.prepare(parsePreparedAnswers(body));
      return this.#status();
    },
  };

  #status(): object {
    const { key, log, dialog } = this.#set;
    return {
      key: { persona: key.persona, pluggedIn: key.isPluggedIn, ...key.inspect() },
      credentials: key.credentials(),
      registrations: log.registrations,
      ceremonies: log.ceremonies,
      asked: dialog.asked.map(({ kind }) => kind),
      problems: this.session.problems.map(({ kind, ceremony, error }) => `${kind} in ${ceremony}: ${error.message}`),
    };
  }

  #gesture(perform: () => void): object {
    perform();
    return this.#status();
  }

  /** Pages get the new key with their next request. @throws {UsageError} while a request is running. */
  #replaceKey(body: string): object {
    if (this.#set.log.isRunning) throw new UsageError('Cannot replace the key while a request of a page is running');
    const replacement = this.#create({ ...this.#options, key: parseKeyOptions(body) });
    this.#set[Symbol.dispose]();
    this.#set = replacement;
    this.session.handler = replacement.handler;
    this.session.problems.length = 0;
    return this.#status();
  }

  #create(options: KeySetOptions): KeySet {
    const set = new KeySet(options, () => undefined); // nothing is drawn: the pages are not driven from here
    set.log.problems = () => this.session.problems;
    return set;
  }
}
