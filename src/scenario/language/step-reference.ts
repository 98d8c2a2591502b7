/** The reference of all steps as a Markdown table, which `npm run generate` writes into `docs/scenarios.md`. */
import { stepArguments } from './step-arguments.ts';

/** Parts of the registration flow, in order. */
const flowParts: Record<string, string> = {
  '1': 'open My Security info',
  '2': 'add a sign-in method',
  '3': 'sign in with MFA',
  '4': 'the security dialog',
  '5': 'the security key',
  '6': 'name the passkey',
  '7': 'done',
  page: 'any page',
  other: 'not part of the flow',
};

/** Returns the table, in the order of the flow. */
export function stepReference(): string {
  const rows = Object.entries(stepArguments)
    .map(([keyword, { article, doc, example }]) => ({ keyword, article, doc, example }))
    .toSorted((a, b) => order(a.article) - order(b.article))
    .map(
      ({ keyword, article, doc, example }) =>
        `| \`${keyword}\` | ${flowParts[article] ?? article} | ${toCell(doc)} | \`${toCell(example)}\` |`,
    );
  return ['| Step | Part of the flow | What it does | Example |', '|---|---|---|---|', ...rows].join('\n');
}

const order = (article: string): number => Object.keys(flowParts).indexOf(article);
const toCell = (text: string): string => text.replaceAll('|', '\\|');
