/** The rules that a relying party must enforce. Each case that must be refused violates exactly one of them. */
import { ceremonyRules } from './rules/ceremony.ts';
import { answerRules, optionsRules } from './rules/conformance-api.ts';
import { metadataRules } from './rules/metadata.ts';
import { pathRules } from './rules/paths.ts';
import { platformStatementRules } from './rules/platform-statements.ts';
import type { RuleRow } from './rules/rule.ts';
import { compoundRules, statementRules } from './rules/statements.ts';

const rules = {
  ...ceremonyRules,
  ...statementRules,
  ...platformStatementRules,
  ...compoundRules,
  ...pathRules,
  ...metadataRules,
  ...answerRules,
  ...optionsRules,
} as const;

export type RuleId = keyof typeof rules;

export const ruleIds = Object.keys(rules) as RuleId[];

export const ruleOf = (id: RuleId): RuleRow => rules[id];
