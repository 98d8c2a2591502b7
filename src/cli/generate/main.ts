/** `npm run generate`: writes every generated file and every generated part of a document. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { generatedFiles } from './generated-files.ts';

const root = resolve(import.meta.dirname, '../../..');

for (const [file, generate] of Object.entries(generatedFiles)) {
  const path = resolve(root, file);
  const current = readFileSync(path, 'utf8');
  const text = await generate(current);
  if (text !== current) writeFileSync(path, text);
  console.log(`${text === current ? 'unchanged' : 'written  '} ${file}`);
}
