/** The generated parts of `docs/authenticator.md`: what each persona can do, and the catalogue of defects. */
import { type AttestationFormatId, attestationFormats } from '#protocol/attestation-formats.ts';
import { commands } from '#protocol/commands.ts';
import { type CoseAlgorithm, coseAlgorithms } from '#protocol/cose.ts';
import { extensions } from '#protocol/extensions.ts';
import { defectRows } from '../commands/defects.ts';
import {
  createAuthenticatorWith,
  createFactoryFreshAuthenticator,
  defectGroups,
  type Persona,
  personas,
} from '../compose/emulator-catalogue.ts';
import { markdownTable } from '../table.ts';
import { type Capabilities, capabilitiesOf, formatOfRegistration, subcommandTables } from './capabilities.ts';

interface Column {
  persona: Persona;
  can: Capabilities;
}

/** Returns the text of each generated part, by its name. */
export async function authenticatorTables(): Promise<Record<string, string>> {
  const all: Column[] = [];
  for (const persona of Object.values<Persona>(personas))
    all.push({ persona, can: await capabilitiesOf(() => createFactoryFreshAuthenticator(persona)) });
  return {
    personas: personaTable(all),
    commands: commandTable(all),
    extensions: extensionTable(all),
    algorithms: await algorithmTable(all),
    formats: await formatTable(all),
    defects: defectSummary(),
    'defect-catalogue': defectCatalogue(),
  };
}

const has = (list: readonly string[] | undefined, name: string): boolean => list?.includes(name) ?? false;
/** `packed-basic`, `packed-self` and others are variants of one format. */
const formatsOf = ({ attestation, otherAttestations = [] }: Persona): string[] =>
  [attestation, ...otherAttestations].map((choice) => choice.replace(/^packed-.*/, 'packed'));

function personaTable(all: readonly Column[]): string {
  return markdownTable(
    ['Persona', 'Model', 'Versions', 'Transports', 'Options on a fresh device', 'Attestation'],
    all.map(({ persona, can: { info } }) => [
      `\`${persona.id}\``,
      persona.label,
      info.versions.join(', '),
      persona.transports.join(', '),
      Object.entries(info.options ?? {})
        .map(([name, value]) => (value ? name : `${name}: no`))
        .join(', '),
      persona.attestation,
    ]),
  );
}

function commandTable(all: readonly Column[]): string {
  const rows = (Object.keys(commands) as (keyof typeof commands)[]).flatMap((command) => [
    command,
    ...Object.keys(subcommandTables[command]?.codes ?? {}).map((name) => `${command}/${name}`),
  ]);
  const label = (row: string) => (row.includes('/') ? `– ${row.split('/')[1]}` : row.replace('authenticator', ''));
  return supportTable(all, {
    title: 'Command',
    names: rows,
    isSupported: (row, { can }) => has([...can.commands, ...can.subcommands], row),
    label,
  });
}

const extensionTable = (all: readonly Column[]): string =>
  supportTable(all, {
    title: 'Extension',
    names: Object.keys(extensions),
    isSupported: (name, { can }) => has(can.info.extensions, name),
  });

/** Whether an algorithm is emulated is tested with a registration: with the option `algorithms`, every persona can have any algorithm. */
async function algorithmTable(all: readonly Column[]): Promise<string> {
  const rows: string[][] = [];
  for (const name of Object.keys(coseAlgorithms) as CoseAlgorithm[]) {
    const { alg } = coseAlgorithms[name];
    const having = all.filter(({ persona }) => has(persona.algorithms, name));
    rows.push([
      name,
      `${alg}`,
      (await formatOfRegistration([alg], createAuthenticatorWith({ algorithms: [name] }))) ? 'yes' : 'no',
      namesOf(having, all),
    ]);
  }
  return markdownTable(['Algorithm', 'COSE', 'Emulated', 'Personas that have it'], rows);
}

async function formatTable(all: readonly Column[]): Promise<string> {
  const algs = Object.values(coseAlgorithms).map(({ alg }) => alg);
  const rows: string[][] = [];
  for (const name of Object.keys(attestationFormats) as AttestationFormatId[]) {
    const attestation = name === 'packed' ? 'packed-basic' : name;
    const emulated = (await formatOfRegistration(algs, createAuthenticatorWith({ attestation }))) === name;
    const having = all.filter(({ persona }) => has(formatsOf(persona), name));
    const { section } = attestationFormats[name];
    rows.push([name, section, emulated ? 'yes' : 'no', namesOf(having, all)]);
  }
  return markdownTable(['Format', 'WebAuthn L3 section', 'Emulated', 'Personas that have it'], rows);
}

interface SupportTable {
  title: string;
  names: readonly string[];
  isSupported(name: string, column: Column): boolean;
  /** Text of the first cell; default: the name. */
  label?(name: string): string;
}

/** One row per name: how many personas support it, and which. */
function supportTable(all: readonly Column[], { title, names, isSupported, label = (name) => name }: SupportTable) {
  const rows = names.map((name) => {
    const supporting = all.filter((column) => isSupported(name, column));
    return [label(name), `${supporting.length} of ${all.length}`, namesOf(supporting, all)];
  });
  return markdownTable([title, 'How many', 'Personas'], rows);
}

/** Names the personas of `having`, or those that are missing when that is shorter. */
function namesOf(having: readonly Column[], all: readonly Column[]): string {
  const ids = (list: readonly Column[]) => list.map(({ persona }) => persona.id).join(', ');
  const lacking = all.filter((column) => !having.includes(column));
  if (lacking.length === 0) return 'all';
  return lacking.length < having.length ? `all but ${ids(lacking)}` : ids(having);
}

function defectSummary(): string {
  const all = defectRows();
  const count = (group: string, detectedBy?: string) =>
    all.filter((row) => row.group === group && (!detectedBy || row.detectedBy === detectedBy)).length;
  const rows = Object.entries(defectGroups).map(([group, { title }]) => [
    `\`${group}.*\``,
    title,
    ...['relying-party', 'client', 'suite'].map((party) => `${count(group, party) || ''}`),
    `${count(group)}`,
  ]);
  const table = markdownTable(['Ids', 'Subject', 'Relying parties', 'Clients', 'Suites', 'Sum'], rows);
  return `${table}\n\n${all.length} defects.`;
}

function defectCatalogue(): string {
  return Object.entries(defectGroups)
    .map(([group, { title }]) => {
      const rows = defectRows().filter((row) => row.group === group);
      const cells = rows.map(({ id, title: what, breaks, detectedBy }) => [`\`${id}\``, what, breaks, detectedBy]);
      return `#### ${title}\n\n${markdownTable(['Id', 'What is wrong', 'Breaks', 'Detected by'], cells)}`;
    })
    .join('\n\n');
}
