/** Parses the serial output of the guest: lines that the job prints, and messages of the guest's own scripts. Pure. */

/** `ready`: the job starts; `exit`: the job has ended with `code`, and all its output has arrived; `case`: a message of `guest/cases.sh`. */
type GuestMessage = { type: 'ready' } | { type: 'exit'; code: number } | { type: 'case'; text: string };

export interface GuestOutputEvents {
  onLine(line: string): void;
  onMessage(message: GuestMessage): void;
}

/** Precedes each message of the guest: a character that programs do not print. */
const recordSeparator = '\u001e';

/** Takes the output in chunks, and reports complete lines without carriage returns. */
export class GuestOutputParser {
  readonly #events: GuestOutputEvents;
  #incompleteLine = '';

  constructor(events: GuestOutputEvents) {
    this.#events = events;
  }

  push(chunk: string): void {
    const lines = (this.#incompleteLine + chunk).split('\n');
    this.#incompleteLine = lines.pop() ?? '';
    for (const line of lines) this.#parseLine(line.replaceAll('\r', ''));
  }

  /** The output has ended: reports an incomplete last line. */
  end(): void {
    if (this.#incompleteLine !== '') this.push('\n');
  }

  #parseLine(line: string): void {
    const [output = '', ...messages] = line.split(recordSeparator);
    if (output !== '' || messages.length === 0) this.#events.onLine(output);
    for (const text of messages) this.#events.onMessage(parseMessage(text));
  }
}

function parseMessage(text: string): GuestMessage {
  if (text === 'ready') return { type: 'ready' };
  const code = /^exit (\d+)$/.exec(text)?.[1];
  return code === undefined ? { type: 'case', text } : { type: 'exit', code: Number(code) };
}
