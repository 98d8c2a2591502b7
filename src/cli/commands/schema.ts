/** `touchstone schema`: prints the JSON Schema of scenario files, for editors and other tools. */
import { Command } from 'commander';
import { scenarioJsonSchema } from '#scenario/language/json-schema.ts';

export const schemaCommand = (_finish: (code: number) => void) =>
  new Command('schema').action(() => console.log(JSON.stringify(scenarioJsonSchema(), null, 2)));
