/** Writes a first site file from a recording. What the recording does not show is a placeholder with a comment: TODO. */
import { isDeepStrictEqual } from 'node:util';
import type { SiteStep } from '../language/site-steps.ts';
import { allSiteWords, type SiteRequest, type SiteWord, siteRequests, siteWords } from '../language/site-words.ts';
import { toYamlText } from '../language/yaml-text.ts';
import { inFrame } from '../parties/site/unique-locator.ts';
import type { ProbeResult, RecordedPage, RecordedStep, Recording } from './recording.ts';

/** Variables of the environment with the user of the site. */
export const userVariables = { name: 'SITE_USER', password: 'SITE_PASSWORD', totp: 'SITE_TOTP' } as const;

/** Words that every scenario of a registration uses. */
const neededWords: readonly SiteWord[] = [
  'open-security-info',
  'sign-in',
  'add-sign-in-method',
  'choose-method.passkey',
  'mfa.totp',
  'name',
  'done',
];
/** The words that have nothing to do on many sites. */
const optionalWords: readonly SiteWord[] = ['add-sign-in-method', 'mfa.totp', 'name', 'done'];

export interface SiteFileOptions {
  id: string;
  recording: Recording;
  probe: ProbeResult;
}

/** Returns the text of the site file. */
export function siteFileText({ id, recording, probe }: SiteFileOptions): string {
  const title = recording.pages[0]?.title.trim() || id;
  return [
    '# A first site file, written by `touchstone init`. Complete every line with TODO, then run: touchstone site check FILE',
    ...(probe.stoppedBecause === undefined
      ? []
      : [`# The recording ends before a passkey was registered. ${oneLine(probe.stoppedBecause)}.`]),
    `id: ${toYamlText(id)}`,
    `name: ${toYamlText(title)}`,
    `url: ${toYamlText(recording.url)}`,
    '',
    ...userLines(probe),
    '',
    ...requestLines(recording),
    '',
    ...outcomeLines(recording),
    '',
    'flow:',
    ...flowLines(recording, probe),
    '',
    ...pageLines(recording.pages),
    '',
  ].join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/\.$/, '');

function userLines({ steps }: ProbeResult): string[] {
  const uses = (value: string) => JSON.stringify(steps).includes(value);
  const user = {
    ...(uses('${user.name}') && { name: `\${env:${userVariables.name}}` }),
    ...(uses('${user.password}') && { password: `\${secret:${userVariables.password}}` }),
    ...(uses('${totp}') && { totp: `\${secret:${userVariables.totp}}` }),
  };
  if (Object.keys(user).length === 0)
    return [
      '# TODO The user of every case, or a hook `before` that creates one. Without both, no user signs in.',
      '# user: { name: "${env:SITE_USER}", password: "${secret:SITE_PASSWORD}" }',
    ];
  const names = Object.values(user).map((value) => value.replace(/^\$\{\w+:|\}$/g, ''));
  return [
    `# The user of every case, from the environment: ${names.join(', ')}. A hook \`before\` can create one for each case instead.`,
    `user: ${toYamlText(user)}`,
  ];
}

function requestLines({ requests }: Recording): string[] {
  const names = Object.keys(siteRequests) as SiteRequest[];
  const seen = names.flatMap((name) => {
    const request = requests[name];
    return request ? [`  ${name}: ${request.method} ${request.path} # status ${request.status}`] : [];
  });
  const needed = (['options', 'result'] as const).filter((name) => !requests[name]);
  const missing = needed.map((name) => `# TODO ${name}: ${siteRequests[name]}, e.g. ${name}: POST /passkeys/${name}`);
  return [...missing, seen.length > 0 ? 'requests:' : 'requests: {}', ...seen];
}

function outcomeLines({ requests: { result } }: Recording): string[] {
  const todo = [
    '# TODO How the site shows that it refuses, and that the key is registered already:',
    '# refused: { text: Something went wrong }',
    '# already-registered: { text: already registered }',
  ];
  if (!result) return [...todo, '# registered: { request: result, status: 200 }', 'outcomes: {}'];
  return [...todo, 'outcomes:', `  registered: ${toYamlText({ request: 'result', status: result.status })}`];
}

function flowLines(recording: Recording, probe: ProbeResult): string[] {
  const { steps, signInPath, stoppedBecause } = probe;
  const words = allSiteWords.filter((word) => neededWords.includes(word) || steps.some((step) => step.word === word));
  const chosen = words.filter((word) => word !== 'sign-in' || signInPath !== undefined);
  return chosen.flatMap((word) => {
    const own = steps.filter((step) => step.word === word);
    const entries = entriesOf(word, own, recording, probe);
    const [name = '', choice] = word.split('.');
    const indent = choice === undefined ? '  ' : '    ';
    const head = choice === undefined ? [] : [`  ${name}:`];
    const key = `${indent}${choice ?? name}:`;
    const isLeftOut = entries.length === 0;
    const isOptional = optionalWords.includes(word);
    const wasSeen = stoppedBecause === undefined;
    if (isLeftOut && isOptional)
      return [
        ...head,
        `${key} [] # ${wasSeen ? 'nothing to do on this site' : `TODO ${siteWords[word].doc}; [] if there is nothing to do`}`,
      ];
    const todo = own.some(({ isTried }) => !isTried) ? [`${indent}# TODO Not tried: ${siteWords[word].doc}`] : [];
    const lines = isLeftOut
      ? [`${indent}  # TODO ${siteWords[word].doc}`, `${indent}  - click: ${toYamlText(placeholderOf(word))}`]
      : entries.map((step) => `${indent}  - ${stepText(step)}`);
    return [...head, ...todo, key, ...lines];
  });
}

/** A locator that finds nothing: a run fails there, and `site check` shows what the page has. */
const placeholderOf = (word: SiteWord) => ({ role: 'button', name: `TODO control for ${siteWords[word].step}` });

function entriesOf(word: SiteWord, own: readonly RecordedStep[], { url }: Recording, probe: ProbeResult): SiteStep[] {
  const { signInPath, securityPath } = probe;
  const steps = own.map(({ step }) => step);
  const isDistinct = signInPath !== undefined && signInPath !== (securityPath ?? new URL(url).pathname);
  if (word === 'sign-in' && isDistinct) return [{ when: { at: signInPath, else: [{ open: signInPath }] } }, ...steps];
  if (word !== 'open-security-info') return steps;
  const path = securityPath ?? new URL(url).pathname;
  const signIn = signInPath === undefined ? [] : [signInStep(probe, isDistinct)];
  // The page with the passkeys is opened by its path, which changes less often than the way to it.
  const back = signInPath === undefined ? [] : [{ when: { at: path, else: [{ open: path }] } }];
  return [{ open: path }, ...signIn, ...back];
}

function signInStep({ steps, signInPath }: ProbeResult, isDistinct: boolean): SiteStep {
  const run = [{ run: 'sign-in' }];
  if (isDistinct) return { when: { at: signInPath, do: run } };
  const field = steps.find(({ word, step }) => word === 'sign-in' && typeof step === 'object' && 'fill' in step)?.step;
  const { value: _, ...visible } = (field as { fill: { value: string } }).fill;
  return { when: { visible, do: run } };
}

const stepText = (step: SiteStep): string => {
  const text = toYamlText(step);
  const [entry] = typeof step === 'string' ? [] : Object.entries(step);
  return entry && isDeepStrictEqual(Object.keys(step), [entry[0]]) ? `${entry[0]}: ${toYamlText(entry[1])}` : text;
};

/** Returns comments with the pages that were seen, for the person who completes the file. */
function pageLines(pages: readonly RecordedPage[]): string[] {
  if (pages.length === 0) return [];
  return [
    '# The pages of the recording, with their controls as locators:',
    ...pages.flatMap(({ path, title, controls }) => [
      `# ${path} "${oneLine(title)}"`,
      ...controls.map(({ role, name, frame }) => `#   ${toYamlText({ role, name, ...inFrame(frame) })}`),
    ]),
  ];
}
