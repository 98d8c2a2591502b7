/** The serial line between guest and host, read: lines of output, and the few words that the guest says itself. Pure. */

/** `ready`: the job starts now; `exit`: it ended with `code`, and nothing of its output is still to come; `case`: see `cases.ts`. */
type GuestWord = { word: 'ready' } | { word: 'exit'; code: number } | { word: 'case'; text: string };

export interface GuestLineEvents {
  onLine(line: string): void;
  onWord(word: GuestWord): void;
}

/** Before each word of the guest: a character that no program prints. */
const recordSeparator = '\u001e';

/** Takes the output in pieces as they come and tells whole lines, without carriage returns. */
export class GuestLine {
  readonly #events: GuestLineEvents;
  #rest = '';

  constructor(events: GuestLineEvents) {
    this.#events = events;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#whole(line.replaceAll('\r', ''));
  }

  /** The line has ended: what stands after the last line break is a line, too. */
  end(): void {
    if (this.#rest !== '') this.push('\n');
  }

  #whole(line: string): void {
    const [output = '', ...words] = line.split(recordSeparator);
    if (output !== '' || words.length === 0) this.#events.onLine(output);
    for (const text of words) this.#events.onWord(wordOf(text));
  }
}

function wordOf(text: string): GuestWord {
  if (text === 'ready') return { word: 'ready' };
  const code = /^exit (\d+)$/.exec(text)?.[1];
  return code === undefined ? { word: 'case', text } : { word: 'exit', code: Number(code) };
}
