/** `touchstone defects`: lists the deliberate defects that an emulated authenticator can have, as text or JSON. */
import { Command } from 'commander';
import pc from 'picocolors';
import { defectGroups } from '../compose/emulator-catalogue.ts';
import { alignColumns } from '../table.ts';

export const defectsCommand = (_finish: (code: number) => void) =>
  new Command('defects')
    .option('--json', 'Print a JSON array of { id, group, title, breaks, detectedBy }', false)
    .action(({ json }: { json: boolean }) => {
      const all = defectRows();
      if (json) return console.log(JSON.stringify(all, null, 2));
      for (const [group, { title }] of Object.entries(defectGroups)) {
        const rows = all.filter((row) => row.group === group);
        console.log(pc.bold(`${title} (${rows.length})`));
        console.log(
          `${alignColumns(rows.map(({ id, detectedBy, title: what, breaks }) => [id, detectedBy, what, breaks]))}\n`,
        );
      }
      console.log(pc.dim(`${all.length} defects`));
    });

/** Returns the catalogue as rows, in its order. */
export const defectRows = () =>
  Object.entries(defectGroups).flatMap(([group, { rows }]) =>
    Object.entries(rows).map(([id, { title, breaks, detectedBy }]) => ({
      id,
      group,
      title,
      breaks,
      detectedBy,
      tries: detectedBy, // deprecated name of detectedBy
    })),
  );
