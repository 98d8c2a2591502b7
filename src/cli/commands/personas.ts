/** `touchstone personas`: the authenticator models that the emulator imitates, for people or as JSON. */
import { Command } from 'commander';
import { personas } from '../compose/catalogue.ts';
import { columns } from '../table.ts';

export const personasCommand = (_finish: (code: number) => void) =>
  new Command('personas')
    .description('list the authenticator models that can be emulated')
    .option('--json', 'print a JSON array with everything known of each model', false)
    .action(({ json }: { json: boolean }) => {
      const all = Object.values(personas);
      if (json) return console.log(JSON.stringify(all, null, 2));
      const rows = all.map(({ id, label, aaguid, versions, transports, attestation }) => [
        id,
        label,
        aaguid,
        versions.join(' '),
        transports.join(' '),
        attestation,
      ]);
      console.log(columns([['ID', 'MODEL', 'AAGUID', 'VERSIONS', 'TRANSPORTS', 'ATTESTATION'], ...rows]));
    });
