/**
 * Parses `result.json` case by case. The text of a run of thousands of cases is larger than the run itself, so it is never in memory
 * as a whole. This works for the line breaks that `renderJson` writes; any other file has to be parsed as a whole.
 */
import { createReadStream } from 'node:fs';

const casesStart = ',\n "cases": [';
const caseEnd = '\n  }';
const fileEnd = '\n  }\n ]\n}\n';

/** Returns the value in the file, or undefined if the file has other line breaks or is not JSON. */
export async function parseByCase(path: string): Promise<unknown> {
  let head: unknown;
  const cases: unknown[] = [];
  let isComplete = false;
  try {
    for await (const piece of splitFile(path, `${caseEnd},`)) {
      const isFirst = head === undefined;
      const start = isFirst ? piece.indexOf(casesStart) : 0;
      if (start < 0) return undefined;
      if (isFirst) head = JSON.parse(`${piece.slice(0, start)}\n}`);
      const text = isFirst ? piece.slice(start + casesStart.length) : piece;
      isComplete = text.endsWith(fileEnd);
      cases.push(JSON.parse(isComplete ? text.slice(0, -fileEnd.length) + caseEnd : text + caseEnd));
    }
  } catch {
    return undefined;
  }
  return isComplete && typeof head === 'object' && head !== null ? { ...head, cases } : undefined;
}

/** Yields the parts of the file between `separator`. */
async function* splitFile(path: string, separator: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const parts = (rest + chunk).split(separator);
    rest = parts.pop() ?? '';
    yield* parts;
  }
  yield rest;
}
