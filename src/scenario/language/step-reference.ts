/** The reference of steps as Markdown, from the table of steps; `docs/scenarios.md` carries it and a test keeps it true. */
import { stepArguments } from './step-arguments.ts';

const articleSteps: Record<string, string> = {
  '1': 'open My Security info',
  '2': 'add a sign-in method',
  '3': 'sign in with MFA',
  '4': 'the security dialog',
  '5': 'the security key',
  '6': 'name the passkey',
  '7': 'done',
  beside: 'beside the article',
};

/** One table, in the order of the article. */
export function stepReference(): string {
  const rows = Object.entries(stepArguments)
    .map(([keyword, { article, doc, example }]) => ({ keyword, article, doc, example }))
    .toSorted((a, b) => order(a.article) - order(b.article))
    .map(
      ({ keyword, article, doc, example }) =>
        `| \`${keyword}\` | ${articleSteps[article] ?? article} | ${cell(doc)} | \`${cell(example)}\` |`,
    );
  return ['| step | part of the flow | what it does | example |', '|---|---|---|---|', ...rows].join('\n');
}

const order = (article: string): number => Object.keys(articleSteps).indexOf(article);
const cell = (text: string): string => text.replaceAll('|', '\\|');
