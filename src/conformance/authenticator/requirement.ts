/** A requirement on authenticators: what it states as data, and a short function that checks it. */
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { TestContext } from './test-context.ts';
import type { StartState, TargetInterface } from './test-target.ts';

/** Something that the authenticator must have. A requirement whose precondition is not met is not applicable. */
export interface Precondition {
  /** What the authenticator lacks, as the reason of the verdict, e.g. `The extension credBlob is not supported`. */
  reason: string;
  isMet(info: AuthenticatorInfo, interfaces: readonly TargetInterface[]): boolean;
}

/** One of the cases of a requirement. */
export interface Variant {
  /** The part of the case id after `@`, e.g. `pin2`. */
  name: string;
  preconditions?: readonly Precondition[];
}

export interface Requirement extends CatalogueEntry {
  /** All of them must be met, including those about CTAP versions. */
  preconditions: readonly Precondition[];
  state: StartState;
  /** Whether the case locks the PIN, deletes what other cases did not create, or changes settings that only a reset restores. */
  destructive: boolean;
  /** Whether the case needs an authenticator without discoverable credentials of other cases. */
  withoutCredentials: boolean;
  /** The statuses that meet the requirement; for requirements on refusals. */
  accepted?: readonly CtapStatusName[];
  /** Empty if the requirement has a single case. */
  variants: readonly Variant[];
  /** The emulated model for the proof; undefined for `touchstone-complete`. */
  provenOn?: string;
  run(context: TestContext): Promise<void>;
}

/** The definition of a requirement in a group. Everything that has a default is optional. */
export interface RequirementInput {
  /** The id without the group. */
  id: string;
  title: string;
  /** In the document of the group, unless `document` is given. */
  section: string;
  document?: string;
  level?: Requirement['level'];
  since?: string;
  provenBy: readonly string[];
  preconditions?: readonly Precondition[];
  state?: StartState;
  destructive?: boolean;
  withoutCredentials?: boolean;
  accepted?: readonly CtapStatusName[];
  variants?: readonly Variant[];
  provenOn?: string;
  run(context: TestContext): Promise<void>;
}

/** What the requirements of a group have in common. */
export interface GroupDefaults {
  /** The first part of the ids. */
  group: string;
  document: string;
  preconditions?: readonly Precondition[];
  state?: StartState;
  provenOn?: string;
}

/** Returns the requirements of a group, complete. */
export const defineGroup = (defaults: GroupDefaults, inputs: readonly RequirementInput[]): Requirement[] =>
  inputs.map((input) => completeRequirement(defaults, input));

function completeRequirement(defaults: GroupDefaults, input: RequirementInput): Requirement {
  const { id, title, section, document = defaults.document, level = 'MUST', since = '1.0', provenBy } = input;
  const provenOn = input.provenOn ?? defaults.provenOn;
  return {
    id: `${defaults.group}.${id}`,
    title,
    specification: { document, section },
    level,
    since,
    provenBy,
    preconditions: [...(defaults.preconditions ?? []), ...(input.preconditions ?? [])],
    state: input.state ?? defaults.state ?? 'no-pin',
    destructive: input.destructive ?? false,
    withoutCredentials: input.withoutCredentials ?? false,
    ...(input.accepted && { accepted: input.accepted }),
    variants: input.variants ?? [],
    ...(provenOn !== undefined && { provenOn }),
    run: input.run,
  };
}

/** Returns the reason why a requirement does not apply to an authenticator with this getInfo and these interfaces; undefined if it applies. */
export const findReasonNotApplicable = (
  preconditions: readonly Precondition[],
  info: AuthenticatorInfo,
  interfaces: readonly TargetInterface[] = [],
): string | undefined => preconditions.find((precondition) => !precondition.isMet(info, interfaces))?.reason;
