/** The description of an export of an entry point in the API reference, before it is formatted. */

export type ApiKind = 'function' | 'class' | 'interface' | 'type' | 'value';

export interface ApiDescription {
  /** The text of the docstring, Markdown. */
  text: string;
  /** The texts of `@throws`, e.g. `{UsageError} if the persona is unknown`. */
  throws: string[];
  /** The text of `@deprecated`. */
  deprecated: string | undefined;
}

export interface ApiMember extends ApiDescription {
  /** TypeScript, e.g. `pin?: string | null` or `touch(): void`. */
  signature: string;
}

export interface ApiItem extends ApiDescription {
  name: string;
  kind: ApiKind;
  /** TypeScript. */
  signature: string;
  /** Public members of a class or an interface, in the order of the source. */
  members: ApiMember[];
}

/** An export that the page of another entry point describes. */
export interface SharedExport {
  name: string;
  /** The entry point that describes it, by id. */
  describedBy: string;
  /** The text of the docstring, Markdown. */
  text: string;
}

export interface ApiEntryPoint {
  /** The text of the comment at the start of the file, Markdown. */
  text: string;
  /** The exports that no earlier entry point has. */
  exports: ApiItem[];
  /** The others. */
  shared: SharedExport[];
  /** Types that `exports` mention, and that no entry point exports. */
  mentioned: ApiItem[];
}
