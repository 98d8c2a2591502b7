/**
 * The words of the flow that a site file maps to page steps: their meaning, and the values that they may use as `${...}`. A word with
 * a dot is a choice, written as a map: `mfa: { totp: [...] }`.
 */

interface WordEntry {
  /** What the user does, for editors and the documentation. */
  doc: string;
  /** Values that this word has besides those of the user. */
  values: readonly string[];
  /** Step of a scenario that runs it. */
  step: string;
}

export const siteWords = {
  'open-security-info': {
    doc: 'Opens the page that lists the sign-in methods, and signs in if the site asks for it',
    values: ['totp'],
    step: 'open-security-info',
  },
  'sign-in': { doc: 'Signs in with user name and password', values: ['totp'], step: 'sign-in' },
  'sign-out': { doc: 'Signs out, and waits until the site shows that', values: [], step: 'sign-out' },
  'sign-in-with-passkey': {
    doc: 'Starts a sign-in with a passkey, until the page calls get()',
    values: [],
    step: 'sign-in-with-passkey',
  },
  'add-sign-in-method': { doc: 'Starts to add a sign-in method', values: [], step: 'add-sign-in-method' },
  'choose-method.passkey': {
    doc: 'Chooses a passkey, until the page asks for MFA or calls create()',
    values: [],
    step: 'choose-method: passkey',
  },
  'choose-method.authenticator-app': {
    doc: 'Chooses an authenticator app',
    values: [],
    step: 'choose-method: authenticator-app',
  },
  'mfa.totp': {
    doc: 'Verifies the user with a code of the authenticator app, until the page calls create()',
    values: ['totp'],
    step: 'mfa: totp',
  },
  'mfa.tap': { doc: 'Verifies the user with a Temporary Access Pass', values: ['tap'], step: 'mfa: tap' },
  'mfa.add-authenticator-app': {
    doc: 'Adds an authenticator app for a user without a method',
    values: ['totp'],
    step: 'mfa: { add: authenticator-app }',
  },
  'abort-page': { doc: 'Makes the page abort its create()', values: [], step: 'abort-page' },
  name: { doc: 'Types a name for the new passkey', values: ['name'], step: 'name' },
  done: { doc: 'Submits the name, and returns to the list of sign-in methods', values: [], step: 'done' },
  rename: { doc: 'Renames a passkey in the list', values: ['from', 'to'], step: 'rename' },
  delete: { doc: 'Deletes a passkey in the list', values: ['name'], step: 'delete' },
} as const satisfies Readonly<Record<string, WordEntry>>;

export type SiteWord = keyof typeof siteWords;
export const allSiteWords = Object.keys(siteWords) as SiteWord[];

/** Values of the user and the site, which every word has. */
export const commonValues = ['user.name', 'user.password', 'site.url'] as const;

/** The requests that a site file can name, with what each means. */
export const siteRequests = {
  options: 'Request with which the page gets the options of create()',
  result: 'Request with which the page sends the new credential',
  finish: 'Request that stores the passkey after that, e.g. with its name',
  'sign-in-options': 'Request with which the page gets the options of get()',
  'sign-in-result': 'Request with which the page sends the assertion',
} as const;
export type SiteRequest = keyof typeof siteRequests;

/** How a registration can end, as the site shows it. */
export const siteOutcomes = {
  'already-registered': 'The site says that this authenticator is registered already',
  refused: 'The site says that the passkey was not registered',
  registered: 'The site has registered the passkey',
} as const;
export type SiteOutcome = keyof typeof siteOutcomes;
