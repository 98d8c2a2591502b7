/** mds: the metadata statement of the vendor - its form, its values, and whether it agrees with getInfo and with what the key does. */
import { behaviourChecks } from '../metadata/behaviour-checks.ts';
import { defineChecks, type StatementChecks } from '../metadata/define-checks.ts';
import { formChecks } from '../metadata/form-checks.ts';
import { getInfoChecks } from '../metadata/get-info-checks.ts';
import { identityChecks } from '../metadata/identity-checks.ts';
import { valueChecks } from '../metadata/value-checks.ts';

export const statementChecks: StatementChecks = {
  ...identityChecks,
  ...formChecks,
  ...valueChecks,
  ...getInfoChecks,
  ...behaviourChecks,
};

export const metadataRequirements = defineChecks(statementChecks);
