/**
 * The adapter of a library in another language: a program that answers one JSON object per line on standard output for each one that it
 * gets on standard input. `docs/conformance-relying-party.md` describes the messages.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { withTimeout } from '#base/async.ts';
import { concat, toBase64url } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { UnavailableError } from '#base/errors.ts';
import { encodeMetadata } from './encode-metadata.ts';
import { LibraryCrash, type RelyingPartyLibrary, type Verified } from './library-target.ts';

export interface AdapterProcessOptions {
  /** Command line of the shell. */
  command: string;
  clock: Clock;
  /** How long a call may take, in milliseconds; default: 10 s. */
  timeoutMs?: number;
}

/** An adapter that runs. Disposing it ends the program. */
export interface AdapterProcess extends AsyncDisposable {
  library: RelyingPartyLibrary;
}

const description = z.object({
  name: z.string().min(1),
  version: z.string().optional(),
  formats: z.array(z.string()).optional(),
  algorithms: z.array(z.int()).optional(),
  checksTrust: z.boolean(),
  usesMetadata: z.boolean().optional(),
});
const verified = z.union([
  z.object({ accepted: z.literal(true), credential: z.unknown().optional() }),
  z.object({ accepted: z.literal(false), rule: z.string().optional(), reason: z.string().optional() }),
]);
const answer = z.union([z.object({ result: z.unknown() }), z.object({ crashed: z.string() })]);

const defaultTimeoutMs = 10_000;
/** After so many calls without an answer, no more are made. */
const maxUnanswered = 30;
/** Answers have a few thousand bytes. */
const maxLineBytes = 4 * 1024 * 1024;
/** Characters of unexpected output in a message. */
const maxQuoted = 200;

/**
 * Starts the program and asks it what it adapts. It is started again for the next call after it has ended or gave no proper answer.
 * @throws {UnavailableError} if it does not describe itself.
 */
export async function startAdapterProcess(options: AdapterProcessOptions): Promise<AdapterProcess> {
  const program = new Program(options);
  try {
    const described = await program.call('describe', {}, description).catch((cause: unknown) => {
      if (cause instanceof LibraryCrash) throw new UnavailableError(cause.message, { cause });
      throw cause;
    });
    const library: RelyingPartyLibrary = {
      ...described,
      verifyRegistration: ({ trustAnchors, metadata, ...input }) =>
        program.verify('verifyRegistration', {
          ...input,
          trustAnchors: trustAnchors.map(toBase64url),
          ...(metadata && { metadata: encodeMetadata(metadata) }),
        }),
      verifyAuthentication: (input) => program.verify('verifyAuthentication', input),
    };
    return { library, [Symbol.asyncDispose]: () => program.end() };
  } catch (error) {
    await program.end();
    throw error;
  }
}

class Program {
  readonly #options: AdapterProcessOptions;
  #running: Running | undefined;
  #calls = 0;
  #unanswered = 0;

  constructor(options: AdapterProcessOptions) {
    this.#options = options;
  }

  async verify(call: string, input: object): Promise<Verified> {
    return (await this.call(call, input, verified)) as Verified;
  }

  /**
   * Sends a call and returns its result.
   * @throws {LibraryCrash} if the program ends, does not answer in time, or reports that the library crashed.
   * @throws {UnavailableError} if it cannot be started, or its answer is not one of the protocol.
   */
  async call<T>(call: string, input: object, schema: z.ZodType<T>): Promise<T> {
    const { command, clock, timeoutMs = defaultTimeoutMs } = this.#options;
    if (this.#unanswered >= maxUnanswered)
      throw new UnavailableError(`The adapter gave no answer to ${maxUnanswered} calls; no more are made`);
    const id = ++this.#calls;
    this.#running ??= new Running(command);
    const running = this.#running;
    const noAnswer = () => {
      this.#unanswered += 1;
      return new LibraryCrash(`The adapter gave no answer to ${call} within ${timeoutMs} ms`);
    };
    try {
      const line = await withTimeout(running.exchange({ id, call, input }), timeoutMs, clock, noAnswer);
      return parseAnswer(line, { id, call, schema });
    } catch (error) {
      if (!(error instanceof ReportedCrash)) await this.end(); // the program may be in any state
      throw error;
    }
  }

  async end(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.end();
  }
}

/** The library crashed, and the program caught that. */
class ReportedCrash extends LibraryCrash {}

function parseAnswer<T>(line: string, { id, call, schema }: { id: number; call: string; schema: z.ZodType<T> }): T {
  const found = JSON.stringify(line.slice(0, maxQuoted));
  const json = parseJson(line);
  if (typeof json !== 'object' || json === null)
    throw new UnavailableError(`Expected a JSON object in each line of standard output, got ${found}`);
  if ((json as { id?: unknown }).id !== id)
    throw new UnavailableError(`Expected the answer to call ${id} (${call}), got ${found}`);
  const parsed = answer.safeParse(json);
  if (!parsed.success || !('result' in json || 'crashed' in json))
    throw new UnavailableError(`Expected result or crashed in the answer to ${call}, got ${found}`);
  if ('crashed' in parsed.data) throw new ReportedCrash(parsed.data.crashed);
  const result = schema.safeParse(parsed.data.result);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UnavailableError(
    `Cannot use the result of ${call}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}, got ${found}`,
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** One run of the program. Calls follow one another. */
class Running {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string, void>;
  readonly #ended: Promise<string>;
  #errors = '';

  constructor(command: string) {
    // A separate process group, so that the shell and its child processes end together.
    this.#child = spawn(command, { shell: true, detached: true });
    this.#child.stdin.on('error', () => undefined); // the program has ended, which `#ended` reports
    this.#child.stderr.on('data', (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(-maxQuoted);
    });
    this.#lines = readLines(this.#child.stdout);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message));
      this.#child.once('close', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`));
    });
  }

  /** @throws {LibraryCrash} if the program ends before its answer. */
  async exchange(message: object): Promise<string> {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#lines.next();
    if (!done) return value;
    const how = await this.#ended;
    throw new LibraryCrash(`The adapter ended with ${how}: ${this.#errors.trim() || 'no message'}`);
  }

  async end(): Promise<void> {
    const { pid, stdout, stderr } = this.#child;
    for (const output of [stdout, stderr]) output.destroy(); // it ends only when its output is read or closed
    if (pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        this.#child.kill('SIGKILL'); // it has just ended, or the system has no process groups
      }
    }
    await this.#ended;
  }
}

const lineFeed = 0x0a;

/**
 * Returns the lines of an output, without line ends. It reads only when the next line is requested, and the last line may have no line end.
 * @throws {UnavailableError} if a line is too long.
 */
async function* readLines(output: Readable): AsyncGenerator<string, void> {
  let line: Uint8Array[] = [];
  let length = 0;
  const end = () => {
    const text = new TextDecoder().decode(concat(...line));
    line = [];
    length = 0;
    return text;
  };
  for await (const chunk of output as AsyncIterable<Uint8Array>) {
    let rest = chunk;
    for (let at = rest.indexOf(lineFeed); at >= 0; at = rest.indexOf(lineFeed)) {
      line.push(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      yield end();
    }
    line.push(rest);
    length += rest.length;
    if (length > maxLineBytes) throw new UnavailableError(`Expected lines of at most ${maxLineBytes} bytes, got more`);
  }
  if (length > 0) yield end();
}
