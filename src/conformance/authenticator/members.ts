/**
 * Mutations of a valid request: a member that is missing, of a wrong type, or of a wrong length. A table of members defines the
 * requirements of a whole command.
 */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import { checkRefused, checkStatus } from './checks.ts';
import type { Precondition, RequirementInput, Variant } from './requirement.ts';
import type { TestContext } from './test-context.ts';
import type { StartState } from './test-target.ts';

type CborType = 'bytes' | 'text' | 'unsigned' | 'integer' | 'boolean' | 'map' | 'array';

/** Keys of maps and indices of arrays, from the outermost to the innermost. */
export type MemberPath = readonly [CborKey, ...CborKey[]];

/** A member of a request, as the specification defines it. */
export interface RequestMember {
  /** The name in the specification, e.g. `rp.id`. */
  name: string;
  path: MemberPath;
  type: CborType;
  required?: boolean;
  /** The length that the specification demands, in bytes. */
  length?: number;
  /** The defect that does not check the member. Default: the defects that do not report the errors. */
  provenBy?: string;
  /** Further defects that make the authenticator accept a request without the member. */
  missingProvenBy?: readonly string[];
  preconditions?: readonly Precondition[];
}

interface MemberTable {
  command: CommandName;
  /** The command or subcommand, as titles name it. */
  title: string;
  /** Added before the names of members in ids, e.g. `set-pin.`. */
  prefix?: string;
  section: string;
  members: readonly RequestMember[];
  state?: StartState;
  /** Whether the section names the statuses, so that another status is a failure. */
  namesStatus?: boolean;
  /** Variants that each requirement has, in place of those of wrong types. */
  variants?: readonly Variant[];
  /** Returns a request that the authenticator accepts. */
  build(context: TestContext): Promise<CborMap>;
}

/** Returns the requirements on every member of the table. */
export const memberRequirements = (table: MemberTable): RequirementInput[] =>
  table.members.flatMap((member) => [
    ...(member.required ? [missingMember(table, member)] : []),
    wrongType(table, member),
    ...(member.length === undefined ? [] : wrongLengths(table, member, member.length)),
  ]);

/** Returns a name as part of an id: `pub-key-cred-params` for `pubKeyCredParams`. */
const toId = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/-+$/g, '')
    .toLowerCase();

interface Mutation {
  id: string;
  title: string;
  accepted: CtapStatusName[];
  /** Does not report the error that the mutation causes. */
  defect: string;
  variants?: readonly Variant[];
  mutate(request: CborMap, context: TestContext): CborMap;
}

function toRequirement(table: MemberTable, member: RequestMember, mutation: Mutation): RequirementInput {
  const { command, section, state, namesStatus, build } = table;
  const { accepted, title, mutate, variants = table.variants } = mutation;
  return {
    id: `${table.prefix ?? ''}${toId(member.name)}.${mutation.id}`,
    title,
    section,
    provenBy: [
      member.provenBy ?? mutation.defect,
      ...(mutation.id === 'missing' ? (member.missingProvenBy ?? []) : []),
    ],
    accepted,
    ...(state && { state }),
    ...(member.preconditions && { preconditions: member.preconditions }),
    ...(variants && { variants }),
    async run(context) {
      const exchange = await context.send(command, mutate(await build(context), context));
      if (namesStatus) checkStatus(exchange, ...accepted);
      else checkRefused(context, exchange, ...accepted);
    },
  };
}

const missingMember = (table: MemberTable, member: RequestMember): RequirementInput =>
  toRequirement(table, member, {
    id: 'missing',
    title: `${table.title} without ${member.name} is refused`,
    accepted: ['CTAP2_ERR_MISSING_PARAMETER'],
    defect: 'ignored-error.missing-parameter',
    mutate: (request) => withoutMember(request, member.path),
  });

const wrongType = (table: MemberTable, member: RequestMember): RequirementInput =>
  toRequirement(table, member, {
    id: 'type',
    title: `${table.title} is refused if ${member.name} is not ${typeNames[member.type]}`,
    accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
    defect: 'ignored-error.unexpected-type',
    variants: valuesOfOtherTypes(member.type).map(({ name }) => ({ name })),
    mutate(request, { variant }) {
      const other = valuesOfOtherTypes(member.type).find(({ name }) => name === variant);
      return withMember(request, member.path, other?.value ?? null);
    },
  });

const lengthChanges = [
  { id: 'short', what: 'one byte too short', change: -1 },
  { id: 'long', what: 'one byte too long', change: 1 },
  { id: 'empty', what: 'empty', change: Number.NEGATIVE_INFINITY },
] as const;

const wrongLengths = (table: MemberTable, member: RequestMember, length: number): RequirementInput[] =>
  lengthChanges.map(({ id, what, change }) =>
    toRequirement(table, member, {
      id,
      title: `${table.title} is refused if ${member.name} is ${what}`,
      accepted: ['CTAP1_ERR_INVALID_LENGTH', 'CTAP1_ERR_INVALID_PARAMETER'],
      defect: 'ignored-error.invalid-length',
      mutate: (request) => withMember(request, member.path, new Uint8Array(Math.max(0, length + change)).fill(1)),
    }),
  );

const typeNames: Record<CborType, string> = {
  bytes: 'a byte string',
  text: 'a text string',
  unsigned: 'an unsigned integer',
  integer: 'an integer',
  boolean: 'a boolean',
  map: 'a map',
  array: 'an array',
};

/** A value of each type; `negative` is a value of type integer, but not of type unsigned. */
const values: readonly { name: string; types: readonly CborType[]; value: CborValue }[] = [
  { name: 'bytes', types: ['bytes'], value: new Uint8Array([1]) },
  { name: 'text', types: ['text'], value: 'text' },
  { name: 'integer', types: ['unsigned', 'integer'], value: 7 },
  { name: 'negative', types: ['integer'], value: -7 },
  { name: 'boolean', types: ['boolean'], value: true },
  { name: 'map', types: ['map'], value: new Map() },
  { name: 'array', types: ['array'], value: [] },
];

const valuesOfOtherTypes = (type: CborType) => values.filter(({ types }) => !types.includes(type));

/** Returns a copy of the request without the member. */
function withoutMember(request: CborMap, [key, ...rest]: MemberPath): CborMap {
  const copy = new Map(request);
  const [next, ...others] = rest;
  if (next === undefined) copy.delete(key);
  else copy.set(key, edit(copy.get(key), [next, ...others], undefined));
  return copy;
}

/** Returns a copy of the request with another value of the member; maps that the request lacks are added. */
export function withMember(request: CborMap, path: MemberPath, value: CborValue): CborMap {
  return edit(request, path, value) as CborMap;
}

function edit(container: CborValue | undefined, [key, ...rest]: MemberPath, value: CborValue | undefined): CborValue {
  const [next, ...others] = rest;
  const inner = (current: CborValue | undefined) =>
    next === undefined ? value : edit(current, [next, ...others], value);
  if (Array.isArray(container)) return container.map((item, index) => (index === key ? (inner(item) ?? item) : item));
  const copy: CborMap = new Map(container instanceof Map ? container : []);
  const changed = inner(copy.get(key));
  if (changed === undefined) copy.delete(key);
  else copy.set(key, changed);
  return copy;
}
