/** A reason why a user cannot register a passkey: what it is, what helps, and how facts show it. */
import type { WebAuthnErrorName } from '#protocol/errors.ts';
import type { CtapStatusName } from '#protocol/status.ts';
import type { Reason } from '#relying-party/refusals.ts';
import type { endings, FactName, Facts, FactValue } from './facts.ts';

/** The layers of a registration, in the order of the flow. */
export const layers = {
  organisation: 'Policy of the organisation',
  identity: 'Proof of identity (MFA)',
  page: 'Web page',
  browser: 'Browser and operating system',
  place: 'Place to save the passkey',
  key: 'Security key',
  pin: 'PIN or fingerprint',
  gesture: 'Gesture',
  attestation: 'Attestation',
  model: 'Model of the authenticator (AAGUID)',
  verification: 'Verification by the site',
  finish: 'Name of the passkey',
} as const;
export type Layer = keyof typeof layers;

/** Decides by facts whether a cause is present. */
export interface Prediction {
  readonly needs: readonly FactName[];
  /** Returns undefined if a needed fact is missing. */
  holds(facts: Facts): boolean | undefined;
}

export interface Cause {
  /** Stable. The reason code of the portal's refusal, if it has one for this cause. */
  readonly id: string;
  readonly layer: Layer;
  readonly title: string;
  readonly advice: string;
  /** Specification and section, document, or part of the flow. */
  readonly source: string;
  /** Predictions from settings and properties. Any of them suffices. */
  readonly predictions: readonly Prediction[];
  /** How the end of the attempt shows the cause. */
  readonly seen: {
    readonly refusals?: readonly Reason[];
    readonly statuses?: readonly CtapStatusName[];
    readonly endings?: readonly (typeof endings)[number][];
    readonly errors?: readonly WebAuthnErrorName[];
    /** Whether such an end often results from another cause that occurred while the dialog was open. */
    readonly isVague?: true;
  };
}

type ValuesOf<Names extends readonly FactName[]> = { [Index in keyof Names]: FactValue<Names[Index]> };

/** Returns a prediction from the facts called `needs`. */
export function when<const Names extends readonly FactName[]>(
  needs: Names,
  test: (...values: ValuesOf<Names>) => boolean,
): Prediction {
  return {
    needs,
    holds(facts) {
      const values = needs.map((name) => facts[name]);
      return values.includes(undefined) ? undefined : test(...(values as unknown as ValuesOf<Names>));
    },
  };
}

type CauseRow = Pick<Cause, 'id' | 'title' | 'advice' | 'source'> & Partial<Pick<Cause, 'predictions' | 'seen'>>;

/** Returns the causes of one layer. */
export const causesOf = (layer: Layer, rows: readonly CauseRow[]): Cause[] =>
  rows.map((row) => ({ predictions: [], seen: {}, ...row, layer }));
