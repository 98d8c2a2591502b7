/** `touchstone personas`: lists the authenticator models that the emulator imitates, as text or JSON. */
import { Command } from 'commander';
import { personas } from '../compose/emulator-catalogue.ts';
import { alignColumns } from '../table.ts';

export const personasCommand = (_finish: (code: number) => void) =>
  new Command('personas')
    .option('--json', 'Print a JSON array with all data of each model', false)
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
      console.log(alignColumns([['ID', 'MODEL', 'AAGUID', 'VERSIONS', 'TRANSPORTS', 'ATTESTATION'], ...rows]));
    });
