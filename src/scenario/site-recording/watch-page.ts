/**
 * Runs in every document: reports what a person clicks and types, as locators. Roles and accessible names are those of the browser
 * (`computedRole`, `computedName` of the Accessibility Object Model). Values of secret fields do not leave the page.
 */

/** A locator with the role, label, placeholder, test id or CSS selector of an element. */
interface SeenTarget {
  role?: string;
  name?: string;
  label?: string;
  placeholder?: string;
  'test-id'?: string;
  css?: string;
  exact?: true;
  nth?: number;
}

/** The purpose of a field, from its attributes and name. */
export type FieldKind = 'password' | 'code' | 'user-name' | 'text';

export interface SeenAction {
  kind: 'click' | 'fill' | 'check' | 'select' | 'press';
  target: SeenTarget;
  /** Milliseconds since the epoch. */
  atMs: number;
  path: string;
  field?: FieldKind;
  /** The text of a field of kind `text`, the option of a list, or the key. */
  value?: string;
  checked?: boolean;
}

/** Runs in the page. `binding` is the name of the function that takes the actions. */
export function watchPage(binding: string): void {
  type Accessible = HTMLElement & { computedRole?: string; computedName?: string };
  const report = (globalThis as unknown as Record<string, (action: SeenAction) => void>)[binding];
  if (!report) return;
  const pressable =
    'button, a[href], summary, input[type=submit], input[type=button], input[type=image], [role=button], [role=link], [role=menuitem], [role=tab], [role=option]';
  const typable = 'input, textarea, [contenteditable=""], [contenteditable=true]';
  const notTyped = new Set([
    'submit',
    'button',
    'image',
    'reset',
    'checkbox',
    'radio',
    'file',
    'hidden',
    'range',
    'color',
  ]);

  const roleOf = (element: Accessible) => element.computedRole ?? '';
  const nameOf = (element: Accessible) => (element.computedName ?? '').replace(/\s+/g, ' ').trim();
  const isVisible = (element: HTMLElement) => element.getClientRects().length > 0;
  const all = (selector: string) => [...document.querySelectorAll<Accessible>(selector)].filter(isVisible);

  /** Adds what distinguishes the element from others with the same text. As in Playwright, a text matches as a part, in upper or lower case. */
  function makeUnique(
    target: SeenTarget,
    element: Accessible,
    like: Accessible[],
    textOf: (one: Accessible) => string,
  ) {
    const text = textOf(element);
    const similar = like.filter((one) => textOf(one).toLowerCase().includes(text.toLowerCase()));
    if (similar.length < 2) return target;
    const same = like.filter((one) => textOf(one) === text);
    return { ...target, exact: true as const, ...(same.length > 1 && { nth: same.indexOf(element) }) };
  }

  function targetOf(element: Accessible): SeenTarget {
    const [role, name] = [roleOf(element), nameOf(element)];
    const { placeholder = '', labels } = element as HTMLInputElement;
    const isLabelled =
      (labels?.length ?? 0) > 0 || element.hasAttribute('aria-label') || element.hasAttribute('aria-labelledby');
    const fields = 'input, textarea, select, [contenteditable]';
    if (element.matches(fields) && isLabelled && name !== '')
      return makeUnique({ label: name }, element, all(`${fields}, [aria-label]`), nameOf);
    if (placeholder !== '' && element.matches(typable))
      return makeUnique(
        { placeholder },
        element,
        all('[placeholder]'),
        (one) => (one as HTMLInputElement).placeholder ?? '',
      );
    if (role !== '' && role !== 'generic' && name !== '')
      return makeUnique(
        { role, name },
        element,
        all('*').filter((one) => roleOf(one) === role),
        nameOf,
      );
    const testId = element.dataset.testid;
    if (testId) return { 'test-id': testId };
    for (const attribute of ['id', 'name']) {
      const value = element.getAttribute(attribute);
      if (value) return { css: `[${attribute}=${JSON.stringify(value)}]` };
    }
    const like = [...document.querySelectorAll(element.localName)];
    return { css: element.localName, ...(like.length > 1 && { nth: like.indexOf(element) }) };
  }

  function fieldOf(element: HTMLInputElement): FieldKind {
    const { type, autocomplete = '' } = element;
    const texts = `${nameOf(element)} ${element.name} ${element.id} ${element.placeholder}`;
    const isShortNumber = element.inputMode === 'numeric' && element.maxLength >= 4 && element.maxLength <= 8;
    const namesCode = /(?<!post|zip ?|area ?|country ?)(?:code|c[oó]digo)\b|one-time|\b(?:[th]?otp|tan)\b/i;
    if (autocomplete.includes('one-time-code') || isShortNumber || namesCode.test(texts)) return 'code';
    if (type === 'password' || /\b(?:current|new)-password\b/.test(autocomplete)) return 'password';
    const isUserName = type === 'email' || /\b(?:username|email)\b/.test(autocomplete);
    return isUserName || /user ?name|e-?mail|\blog ?in\b/i.test(texts) ? 'user-name' : 'text';
  }

  const send = (action: Omit<SeenAction, 'atMs' | 'path' | 'target'>, element: Accessible, event: Event) => {
    const atMs = performance.timeOrigin + event.timeStamp;
    report({ ...action, target: targetOf(element), atMs, path: location.pathname });
  };

  const originOf = (event: Event, selector: string): Accessible | undefined => {
    const [first] = event.composedPath();
    return first instanceof Element ? (first.closest<Accessible>(selector) ?? undefined) : undefined;
  };

  const onClick = (event: Event) => {
    const element = event.isTrusted ? originOf(event, pressable) : undefined;
    if (element && !(element as HTMLButtonElement).disabled) send({ kind: 'click' }, element, event);
  };

  const onInput = (event: Event) => {
    const element = originOf(event, typable) as HTMLInputElement | undefined;
    if (!element || notTyped.has(element.type)) return;
    const field = fieldOf(element);
    const value = element.value ?? element.textContent ?? '';
    send({ kind: 'fill', field, ...(field === 'text' && { value }) }, element, event);
  };

  const onChange = (event: Event) => {
    const element = originOf(event, 'input, select') as HTMLInputElement | HTMLSelectElement | undefined;
    if (!element || !event.isTrusted) return;
    if (element instanceof HTMLSelectElement)
      send({ kind: 'select', value: element.selectedOptions[0]?.label ?? '' }, element, event);
    else if (element.type === 'checkbox' || element.type === 'radio')
      send({ kind: 'check', checked: element.checked }, element, event);
  };

  /** Enter in a form with a submit button is also a click on that button. */
  const onKeyDown = (event: KeyboardEvent) => {
    const element = originOf(event, 'input') as HTMLInputElement | undefined;
    const isSubmit = event.key === 'Enter' && event.isTrusted && element && !notTyped.has(element.type);
    if (
      isSubmit &&
      !element.form?.querySelector('button:not([type=button], [type=reset]), input[type=submit], input[type=image]')
    )
      send({ kind: 'press', value: 'Enter' }, element, event);
  };

  addEventListener('click', onClick, true);
  addEventListener('input', onInput, true);
  addEventListener('change', onChange, true);
  addEventListener('keydown', onKeyDown, true);
}
