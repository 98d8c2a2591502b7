/**
 * The probe of `touchstone init --probe`: finds its way to the registration of a passkey without a person. It presses only controls whose
 * names are words of the flow, and only a few of them.
 */
import type { Page } from 'playwright';
import { systemClock } from '#base/clock.ts';
import { messageOf } from '#base/errors.ts';
import type { PageElement } from '#browser/page-content.ts';
import { openAuthenticatorApp } from '#relying-party/methods/totp.ts';
import type { PageLocator } from '../language/schema/locator.ts';
import type { SiteStep } from '../language/site-steps.ts';
import type { SiteWord } from '../language/site-words.ts';
import { findElement } from '../parties/site/find-element.ts';
import type { Site } from '../parties/site/site.ts';
import { claimCode } from '../parties/site/totp-steps.ts';
import { locatorOf } from '../parties/site/unique-locator.ts';
import * as words from './flow-controls.ts';
import { flowControls, mayPress } from './flow-controls.ts';
import type { ProbeResult, RecordedStep } from './recording.ts';
import { userVariables } from './site-file-text.ts';
import type { SiteRecorder } from './site-recorder.ts';

export interface ProbeOptions {
  site: Site;
  recorder: SiteRecorder;
  /** The user who signs in; without a name and a password the probe ends at the sign-in form. */
  user: { name?: string | undefined; password?: string | undefined; totp?: string | undefined };
  /** Returns whether the probe may press controls on this host. */
  mayDrive: (hostname: string) => boolean;
  /** Number of controls that the probe may press; default: 12, which is more than a registration needs. */
  maxPresses?: number;
}

const defaultMaxPresses = 12;
const actionTimeoutMs = 5_000;
/** Time limit for a page to react to a press. */
const reactionMs = 300;
const passkeyName = 'First passkey';
const byHand = 'without --probe, you register the passkey yourself in a browser window';

/** Why the probe cannot continue. */
class ProbeEnd extends Error {}

export async function probeSite(options: ProbeOptions): Promise<ProbeResult> {
  const probe = new Probe(options);
  let stoppedBecause: string | undefined;
  try {
    await probe.register();
    await probe.nameThePasskey();
    await probe.signInAgain();
  } catch (error) {
    stoppedBecause = messageOf(error).split('\n')[0];
  }
  return { ...probe.found, stoppedBecause: probe.hasRegistered ? undefined : stoppedBecause };
}

type Element = PageElement;

class Probe {
  readonly #options: ProbeOptions;
  readonly #steps: RecordedStep[] = [];
  readonly #pressed = new Set<string>();
  #presses = 0;
  #securityPath: string | undefined;
  #signInPath: string | undefined;
  #showsName = false;
  /** The word of the flow for the next steps. */
  #word: SiteWord = 'open-security-info';

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  get found(): Omit<ProbeResult, 'stoppedBecause'> {
    return {
      steps: this.#steps,
      securityPath: this.#securityPath,
      signInPath: this.#signInPath,
      showsName: this.#showsName,
    };
  }

  get hasRegistered(): boolean {
    return this.#options.recorder.ceremonies.some(({ method, error }) => method === 'create' && error === 'none');
  }

  /** Goes on from page to page until the site has registered a passkey. @throws {ProbeEnd} if it does not find the way. */
  async register(): Promise<void> {
    const { site, recorder } = this.#options;
    await this.#settle();
    for (let elements = await recorder.readPage(); ; elements = await recorder.readPage()) {
      const created = recorder.ceremonies.find(({ method }) => method === 'create');
      if (created?.error === 'none') return;
      if (created) throw new ProbeEnd(`create() failed with ${created.error}`);
      if (await this.#signIn(elements)) continue;
      if (await this.#verifyCode(elements)) continue;
      if (await this.#pressNext(elements)) continue;
      throw new ProbeEnd(`The page ${site.path} has no control that the probe knows by its English name; ${byHand}`);
    }
  }

  /** Types a name and saves it, if the site asks for one. */
  async nameThePasskey(): Promise<void> {
    const { recorder, site } = this.#options;
    const elements = await recorder.readPage();
    const at = elements.findIndex(({ role, name }) => role === 'textbox' && words.nameField.test(name));
    const field = elements[at];
    const isNew = (one: Element) => mayPress(one) && !this.#pressed.has(keyOf(site.path, one));
    const save = elements.slice(at).find((one) => isButton(one) && words.submitName.test(one.name) && isNew(one));
    if (!field || !save) return;
    this.#word = 'name';
    await this.#fill(field, '${name}', passkeyName);
    this.#word = 'done';
    await this.#press(save);
    const closing = (await recorder.readPage()).find(
      (one) => isButton(one) && /^(?:done|finish|close)$/i.test(one.name),
    );
    if (closing) await this.#press(closing);
    this.#showsName = (await site.observe()).says.includes(passkeyName);
  }

  /** Signs out and in again with the new passkey, if the site shows how. */
  async signInAgain(): Promise<void> {
    const { recorder, site } = this.#options;
    const signOut = (await recorder.readPage()).find((one) => isPressable(one) && words.signOut.test(one.name));
    if (!signOut) return;
    this.#word = 'sign-out';
    await this.#press(signOut);
    const isPasskey = (one: Element) => isPressable(one) && words.signInWithPasskey.test(one.name);
    const control = (await recorder.readPage()).find(isPasskey);
    if (!control) return;
    this.#add({ 'wait-for': { at: site.path } });
    this.#word = 'sign-in-with-passkey';
    this.#add({ open: site.path });
    await this.#press(control);
  }

  /** Fills in a sign-in form. Returns false if the page has none. @throws {ProbeEnd} if the user is not known or not accepted. */
  async #signIn(elements: readonly Element[]): Promise<boolean> {
    const { site, user } = this.#options;
    const at = elements.findIndex(({ role, name }) => role === 'textbox' && words.passwordField.test(name));
    const password = elements[at];
    if (!password) return false;
    if (this.#signInPath !== undefined)
      throw new ProbeEnd(`The site did not accept the user: the page ${site.path} asks again for a password`);
    this.#signInPath = site.path;
    this.#word = 'sign-in';
    const name = elements.slice(0, at).findLast(({ role }) => role === 'textbox');
    const submit = elements.slice(at).find((one) => isButton(one) && words.signIn.test(one.name));
    const isKnown = user.name !== undefined && user.password !== undefined;
    if (name) await this.#fill(name, '${user.name}', isKnown ? user.name : undefined);
    await this.#fill(password, '${user.password}', isKnown ? user.password : undefined);
    if (!submit) throw new ProbeEnd(`The page ${site.path} has no button to sign in that the probe knows; ${byHand}`);
    await this.#press(submit, { isTried: isKnown });
    this.#word = 'open-security-info';
    if (!isKnown)
      throw new ProbeEnd(
        `The page ${site.path} asks for a password: set ${userVariables.name} and ${userVariables.password}`,
      );
    return true;
  }

  /** Types the code of the authenticator app. Returns false if the page does not ask for one. @throws {ProbeEnd} without the key of the app. */
  async #verifyCode(elements: readonly Element[]): Promise<boolean> {
    const { site, user } = this.#options;
    const code = elements.find(({ role, name }) => role === 'textbox' && words.codeField.test(name));
    const submit = elements.find((one) => isButton(one) && words.verifyCode.test(one.name));
    if (!code || !submit) return false;
    if (this.#word === 'mfa.totp')
      throw new ProbeEnd(`The site did not accept the code: the page ${site.path} asks again for one`);
    this.#word = 'mfa.totp';
    const isKnown = user.totp !== undefined;
    const typed = user.totp && (await claimCode(openAuthenticatorApp(user.totp), { clock: systemClock }));
    await this.#fill(code, '${totp}', typed);
    await this.#press(submit, { isTried: isKnown });
    if (!isKnown)
      throw new ProbeEnd(
        `The page ${site.path} asks for a code: set ${userVariables.totp}, the key of the authenticator app`,
      );
    return true;
  }

  /** Presses the next control of the flow. Returns false if the page has none. */
  async #pressNext(elements: readonly Element[]): Promise<boolean> {
    const { site } = this.#options;
    const isNew = (one: Element) => mayPress(one) && !this.#pressed.has(keyOf(site.path, one));
    for (const { word, roles, name } of flowControls.filter((one) => !isEarlier(one.word, this.#word))) {
      const control = elements.find((one) => roles.has(one.role) && name.test(one.name) && isNew(one));
      if (!control) continue;
      if (isBeforeRegistration(this.#word)) this.#enter(word);
      await this.#press(control);
      return true;
    }
    const next = elements.find((one) => isPressable(one) && words.goOn.test(one.name) && isNew(one));
    if (!next || isBeforeRegistration(this.#word)) return false;
    await this.#press(next);
    return true;
  }

  /** A later word of the flow begins. The page where the registration begins is the one that lists the passkeys. */
  #enter(word: SiteWord): void {
    if (word !== 'open-security-info') this.#securityPath ??= this.#options.site.path;
    this.#word = word;
  }

  async #press(control: Element, { isTried = true } = {}): Promise<void> {
    const { site } = this.#options;
    const page = await site.page();
    const { hostname } = new URL(page.url());
    if (!this.#options.mayDrive(hostname))
      throw new ProbeEnd(`The site leads to ${hostname}, where the probe presses nothing`);
    const { maxPresses = defaultMaxPresses } = this.#options;
    if (this.#presses++ >= maxPresses)
      throw new ProbeEnd(`The probe has pressed ${maxPresses} controls and found no registration`);
    const target = await this.#find(control, page);
    const isChoice = control.role === 'radio';
    this.#pressed.add(keyOf(site.path, control));
    this.#add(isChoice ? { check: target } : { click: target }, isTried);
    if (!isTried) return;
    const element = findElement(page, target);
    await (isChoice ? element.check({ timeout: actionTimeoutMs }) : element.click({ timeout: actionTimeoutMs }));
    await this.#settle();
  }

  /** Types into a field; without `text`, it only records how. */
  async #fill(field: Element, value: string, text: string | undefined): Promise<void> {
    const page = await this.#options.site.page();
    const target = await this.#find(field, page);
    this.#add({ fill: { ...target, value } }, text !== undefined);
    if (text !== undefined) await findElement(page, target).fill(text, { timeout: actionTimeoutMs });
  }

  async #find(element: Element, page: Page): Promise<PageLocator> {
    const target = await locatorOf(element, page);
    if (!target) throw new ProbeEnd(`Cannot find the ${element.role} "${element.name}" again`);
    return target;
  }

  #add(step: SiteStep, isTried = true): void {
    this.#steps.push({ word: this.#word, step, isTried });
  }

  /** Waits until the page has reacted and is idle, and no ceremony is running. */
  async #settle(): Promise<void> {
    const { site, recorder } = this.#options;
    const page = await site.page();
    const deadline = performance.now() + actionTimeoutMs;
    do {
      await page.waitForTimeout(reactionMs);
      await site.settle();
    } while (recorder.isRunning && performance.now() < deadline);
    await page.waitForTimeout(reactionMs); // what the page does after the ceremony
    await site.settle();
  }
}

const isButton = ({ role }: Element): boolean => role === 'button';
const isPressable = ({ role }: Element): boolean => role === 'button' || role === 'link';
const isBeforeRegistration = (word: SiteWord): boolean =>
  word === 'open-security-info' || word === 'add-sign-in-method';
const order: readonly SiteWord[] = ['open-security-info', 'add-sign-in-method', 'choose-method.passkey', 'mfa.totp'];
/** The probe does not go back, e.g. to the start page by a link that every page has. */
const isEarlier = (word: SiteWord, current: SiteWord): boolean => order.indexOf(word) < order.indexOf(current);
const keyOf = (path: string, { role, name }: Element): string => `${path} ${role} ${name}`;
