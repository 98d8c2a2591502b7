/** The public entry points of the package. */

/**
 * Source of each entry point, by the name of its compiled file. The API reference describes an export on the page of the first entry
 * point that has it; `touchstone` comes last, because it exports the most used parts of the others.
 */
export const publicEntries = {
  emulator: 'emulator/index.ts',
  client: 'src/api/client.ts',
  'relying-party': 'src/api/relying-party.ts',
  playwright: 'src/api/playwright.ts',
  conformance: 'src/api/conformance.ts',
  api: 'src/api/main.ts',
} as const;

export type EntryPointId = keyof typeof publicEntries;

/** Returns what users import. */
export const specifierOf = (id: EntryPointId): string => (id === 'api' ? 'touchstone' : `touchstone/${id}`);
