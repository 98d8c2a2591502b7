/** The observations of `touchstone init` on a site. A first site file and a first scenario are written from them. */
import type { PageElement } from '#browser/page-content.ts';
import type { SiteStep } from '../language/site-steps.ts';
import type { SiteRequest, SiteWord } from '../language/site-words.ts';

/** A call of create() or get(), and what the dialog asked. */
export interface RecordedCeremony {
  method: 'create' | 'get';
  /** Path of the page that called. */
  path: string;
  /** Milliseconds since the epoch. */
  startedAtMs: number;
  /** PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON. */
  options: Record<string, unknown>;
  /** DOMException name; `none` if it succeeded, undefined while it runs. */
  error?: string;
  /** The kind of authenticator, and whether its PIN was typed. */
  savedTo: 'security-key' | 'this-device';
  typedPin: boolean;
}

/** A page, and the controls it showed. */
export interface RecordedPage {
  path: string;
  title: string;
  controls: PageElement[];
}

export interface AnsweredRequest {
  method: string;
  path: string;
  status: number;
}

/** A step that the probe or a person has done, or that the probe would do. */
export interface RecordedStep {
  word: SiteWord;
  step: SiteStep;
  /** False if it was not done. */
  isTried: boolean;
}

export interface Recording {
  url: string;
  pages: readonly RecordedPage[];
  ceremonies: readonly RecordedCeremony[];
  /** The requests for options and with results. */
  requests: Readonly<Partial<Record<SiteRequest, AnsweredRequest>>>;
}

/** The findings of the probe, or the actions of a person. */
export interface ProbeResult {
  steps: readonly RecordedStep[];
  /** Path of the page that lists the passkeys. */
  securityPath: string | undefined;
  /** Path of the page with the sign-in form. */
  signInPath: string | undefined;
  /** Whether the page shows the name of the new passkey. */
  showsName: boolean;
  /** Why no passkey was registered; undefined if one was. */
  stoppedBecause: string | undefined;
}

/** Returns the last call of a method that succeeded, or the last one if none did. */
export const lastCeremony = (
  ceremonies: readonly RecordedCeremony[],
  method: RecordedCeremony['method'],
): RecordedCeremony | undefined => {
  const calls = ceremonies.filter((ceremony) => ceremony.method === method);
  return calls.findLast(({ error }) => error === 'none') ?? calls.at(-1);
};
