/** `touchstone schema`: prints the JSON Schema of scenario files, or of the master file of a run, for editors and other tools. */
import { Command } from 'commander';
import { masterFileJsonSchema } from '#report/type-guards.ts';
import { scenarioJsonSchema } from '#scenario/language/json-schema.ts';

export const schemaCommand = (_finish: (code: number) => void) =>
  new Command('schema')
    .option('--result', 'Print the schema of one line of result.ndjson, the master file of a run', false)
    .action(({ result }: { result: boolean }) =>
      console.log(JSON.stringify(result ? masterFileJsonSchema() : scenarioJsonSchema(), null, 2)),
    );
