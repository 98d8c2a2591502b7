/** `npm run release-notes -- v1.2.3`: prints the notes of a release, or why it cannot be released. */
import { readFileSync } from 'node:fs';
import { UsageError } from '#base/errors.ts';
import { releaseNotes } from './release-notes.ts';

try {
  const [tag = ''] = process.argv.slice(2);
  const read = (path: string) => readFileSync(path, 'utf8');
  process.stdout.write(releaseNotes(tag, { packageJson: read('package.json'), changelog: read('CHANGELOG.md') }));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
