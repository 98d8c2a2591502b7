/** Turns what a person did on a site into the words of the flow, until the last create() or get(). */
import type { PageLocator } from '../language/schema/locator.ts';
import type { SiteStep } from '../language/site-steps.ts';
import type { SiteWord } from '../language/site-words.ts';
import { inFrame } from '../parties/site/unique-locator.ts';
import { flowControls, signOut } from './flow-controls.ts';
import type { PersonAction } from './person-recorder.ts';
import { lastCeremony, type ProbeResult, type RecordedCeremony, type RecordedStep } from './recording.ts';
import type { FieldKind } from './watch-page.ts';

const values: Readonly<Record<Exclude<FieldKind, 'text'>, string>> = {
  password: '${user.password}',
  code: '${totp}',
  'user-name': '${user.name}',
};

type Assigned = { action: PersonAction; word: SiteWord };

/** Returns what the person did as the steps of a site file. */
export function stepsOfPerson(seen: readonly PersonAction[], ceremonies: readonly RecordedCeremony[]): ProbeResult {
  const actions = withUserName(seen);
  const creation = lastCeremony(ceremonies, 'create');
  if (!creation) return { ...nothing, stoppedBecause: 'The site did not call create()' };
  const before = actions.filter(({ atMs }) => atMs <= creation.startedAtMs);
  const after = actions.filter(({ atMs }) => atMs > creation.startedAtMs);
  const assertion = ceremonies.find(
    ({ method, startedAtMs }) => method === 'get' && startedAtMs > creation.startedAtMs,
  );
  const assigned = [...wordsBefore(before, creation), ...wordsAfter(after, assertion)];
  const toStep = ({ action, word }: Assigned): RecordedStep => ({ word, step: stepOf(action, word), isTried: true });
  const pathOf = (...words: SiteWord[]) => assigned.find(({ word }) => words.includes(word))?.action.path;
  return {
    steps: withSignInPage(assigned.map(toStep), pathOf('sign-in-with-passkey')),
    securityPath: pathOf('add-sign-in-method', 'choose-method.passkey') ?? creation.path,
    signInPath: pathOf('sign-in'),
    showsName: false,
    stoppedBecause: creation.error === 'none' ? undefined : `create() ended with ${creation.error ?? 'no result'}`,
  };
}

/** The field that is filled in before the password is the user name, whatever the language of the page is. */
function withUserName(actions: readonly PersonAction[]): readonly PersonAction[] {
  const password = actions.findIndex(({ field }) => field === 'password');
  const name = actions.slice(0, Math.max(password, 0)).findLast(({ kind }) => kind === 'fill');
  return actions.map((action) =>
    action === name && action.field === 'text' ? { ...action, field: 'user-name' } : action,
  );
}

/** The sign-in with the passkey begins at its page, which the sign-out leads to. */
function withSignInPage(steps: readonly RecordedStep[], path: string | undefined): RecordedStep[] {
  const at = steps.findIndex(({ word }) => word === 'sign-in-with-passkey');
  if (path === undefined || at === -1) return [...steps];
  const added: RecordedStep[] = [
    { word: 'sign-out', step: { 'wait-for': { at: path } }, isTried: true },
    { word: 'sign-in-with-passkey', step: { open: path }, isTried: true },
  ];
  return [...steps.slice(0, at), ...added, ...steps.slice(at)];
}

const nothing = { steps: [], securityPath: undefined, signInPath: undefined, showsName: false };

/** Up to create(): the sign-in, the way to the list of passkeys, the start of the registration, and the second factor. */
function wordsBefore(actions: readonly PersonAction[], creation: RecordedCeremony): Assigned[] {
  const signInEnds = endOfSignIn(actions);
  const signInBegins = actions.findIndex(({ field }) => field === 'user-name' || field === 'password');
  const rest = actions.slice(signInEnds + 1);
  const codeAt = rest.findIndex(({ field }) => field === 'code');
  const beforeCode = codeAt === -1 ? rest : rest.slice(0, codeAt);
  return [
    ...assign(signInEnds === -1 ? [] : actions.slice(0, signInBegins), 'open-security-info'),
    ...assign(signInEnds === -1 ? [] : actions.slice(signInBegins, signInEnds + 1), 'sign-in'),
    ...wayToCreation(beforeCode, creation),
    ...assign(codeAt === -1 ? [] : rest.slice(codeAt), 'mfa.totp'),
  ];
}

/** Returns the index of the action that ends the sign-in: it submits the password, or the code that is asked for right after it. */
function endOfSignIn(actions: readonly PersonAction[]): number {
  const password = actions.findLastIndex(({ field }) => field === 'password');
  if (password === -1) return -1;
  const submitOf = (from: number) => {
    const found = actions.findIndex(({ kind }, index) => index > from && (kind === 'click' || kind === 'press'));
    return found === -1 ? from : found;
  };
  const submit = submitOf(password);
  return actions[submit + 1]?.field === 'code' ? submitOf(submit + 1) : submit;
}

/** Divides the actions between the sign-in and create(): the last page, or what its controls are called, is the registration. */
function wayToCreation(actions: readonly PersonAction[], creation: RecordedCeremony): Assigned[] {
  const wordOf = ({ target: { role = '', name = '' } }: PersonAction) =>
    flowControls.find((control) => control.roles.has(role) && control.name.test(name))?.word;
  const addsMethod = actions.findIndex((action) => wordOf(action) === 'add-sign-in-method');
  const choices = actions.findIndex(
    (action, index) => index > addsMethod && wordOf(action) === 'choose-method.passkey',
  );
  const onPage = actions.findIndex(({ path }, index) => index > addsMethod && path === creation.path);
  const last = actions.length - 1;
  const chosen = addsMethod !== -1 ? addsMethod + 1 : ([choices, onPage, last].find((index) => index >= 0) ?? 0);
  return actions.map((action, index) => {
    if (index >= chosen) return { action, word: 'choose-method.passkey' };
    return { action, word: index === addsMethod ? 'add-sign-in-method' : 'open-security-info' };
  });
}

/** After create(): the name of the passkey, and a sign-in with it if the person did one. */
function wordsAfter(actions: readonly PersonAction[], assertion: RecordedCeremony | undefined): Assigned[] {
  const leaves = actions.findIndex(({ kind, target }) => kind === 'click' && signOut.test(target.name ?? ''));
  const naming = leaves === -1 ? actions : actions.slice(0, leaves);
  const named = naming.findLastIndex(({ kind }) => kind === 'fill');
  const signedIn =
    leaves === -1 || !assertion ? [] : actions.slice(leaves + 1).filter(({ atMs }) => atMs <= assertion.startedAtMs);
  return [
    ...assign(naming.slice(0, named + 1), 'name'),
    ...assign(naming.slice(named + 1), 'done'),
    ...assign(leaves === -1 ? [] : actions.slice(leaves, leaves + 1), 'sign-out'),
    ...assign(signedIn, 'sign-in-with-passkey'),
  ];
}

const assign = (actions: readonly PersonAction[], word: SiteWord): Assigned[] =>
  actions.map((action) => ({ action, word }));

function stepOf({ kind, target, frame, value = '', field, checked, opensTab }: PersonAction, word: SiteWord): SiteStep {
  const locator = { ...(target as PageLocator), ...inFrame(frame) };
  switch (kind) {
    case 'click':
      return { click: { ...locator, ...(opensTab && { 'opens-tab': true as const }) } };
    case 'check':
      return { check: { ...locator, ...(checked === false && { checked }) } };
    case 'select':
      return { select: { ...locator, option: value } };
    case 'press':
      return { press: { ...locator, key: value } };
    case 'fill':
      return { fill: { ...locator, value: typedValue(field, value, word) } };
  }
}

/** Texts that are typed before create() are not changed; after it, the person types the name of the passkey. */
function typedValue(field: FieldKind | undefined, typed: string, word: SiteWord): string {
  if (field === 'password' || field === 'code') return values[field];
  if (word === 'name') return '${name}';
  return field === 'user-name' ? values[field] : typed.replaceAll('${', '$${');
}
