/** `touchstone defects`: the wrong behaviours that an emulated authenticator can be given, for people or as JSON. */
import { Command } from 'commander';
import pc from 'picocolors';
import { defectGroups } from '../compose/catalogue.ts';
import { columns } from '../table.ts';

export const defectsCommand = (_finish: (code: number) => void) =>
  new Command('defects')
    .description('list the defects that an emulated authenticator can have')
    .option('--json', 'print a JSON array of { id, group, title, breaks, tries }', false)
    .action(({ json }: { json: boolean }) => {
      const all = defectRows();
      if (json) return console.log(JSON.stringify(all, null, 2));
      for (const [group, { title }] of Object.entries(defectGroups)) {
        const rows = all.filter((row) => row.group === group);
        console.log(pc.bold(`${title} (${rows.length})`));
        console.log(`${columns(rows.map(({ id, tries, title: what, breaks }) => [id, tries, what, breaks]))}\n`);
      }
      console.log(pc.dim(`${all.length} defects`));
    });

/** The catalogue as plain rows, in its order. */
export const defectRows = () =>
  Object.entries(defectGroups).flatMap(([group, { rows }]) =>
    Object.entries(rows).map(([id, { title, breaks, tries }]) => ({ id, group, title, breaks, tries })),
  );
