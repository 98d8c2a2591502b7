/** Every file of the project that is generated, wholly or in marked parts, and what it is generated from. */

import { reportJsonSchema } from '#conformance/report/report-model.ts';
import { scenarioJsonSchema } from '#scenario/language/json-schema.ts';
import { siteJsonSchema } from '#scenario/language/site-json-schema.ts';
import { stepReference } from '#scenario/language/step-reference.ts';
import { apiPages } from './api-reference/api-pages.ts';
import { authenticatorTables } from './authenticator-tables.ts';
import { commandLineReference } from './command-line-reference.ts';
import {
  authenticatorCatalogueLock,
  authenticatorCatalogueParts,
  authenticatorProfileLock,
} from './conformance-catalogue.ts';
import { withMarkedParts } from './marked-parts.ts';
import { normativeStatementParts } from './normative-statements.ts';
import {
  relyingPartyCatalogueLock,
  relyingPartyCatalogueParts,
  relyingPartyProfileLock,
} from './relying-party-catalogue.ts';
import { reportFormatTable } from './report-format-table.ts';

/** Returns the text that the file should have; `current` is the text it has. */
type Generate = (current: string) => string | Promise<string>;

/** By path relative to the project root. */
export const generatedFiles: Readonly<Record<string, Generate>> = {
  'src/scenario/scenario.schema.json': () => `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'src/scenario/site.schema.json': () => `${JSON.stringify(siteJsonSchema(), null, 2)}\n`,
  'docs/scenarios.md': (current) => withMarkedParts(current, { steps: stepReference() }),
  'docs/authenticator.md': async (current) => withMarkedParts(current, await authenticatorTables()),
  'docs/cli.md': async (current) => withMarkedParts(current, { commands: await commandLineReference() }),
  'docs/conformance-authenticator.md': (current) => withMarkedParts(current, authenticatorCatalogueParts()),
  'docs/conformance-relying-party.md': (current) => withMarkedParts(current, relyingPartyCatalogueParts()),
  'docs/normative-statements.md': (current) => withMarkedParts(current, normativeStatementParts()),
  'src/conformance/authenticator/catalogue.lock': authenticatorCatalogueLock,
  'src/conformance/authenticator/profiles/profiles.lock': authenticatorProfileLock,
  'src/conformance/relying-party/catalogue.lock': relyingPartyCatalogueLock,
  'src/conformance/relying-party/profiles/profiles.lock': relyingPartyProfileLock,
  'src/conformance/report/report.schema.json': () => `${JSON.stringify(reportJsonSchema(), null, 2)}\n`,
  ...apiPages,
  'reports/README.md': (current) => withMarkedParts(current, { formats: reportFormatTable() }),
};
