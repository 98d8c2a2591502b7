/** The policy form: shows it and parses what it sends. Settings that the form does not contain do not change. */
import { html, raw } from 'hono/html';
import { mfaMethods, type Policy, passkeyKinds, policySchema } from '../../config.ts';
import { csrfField, field, type Html, icon, nothing } from '../html.ts';
import type { RequestBody } from '../portal-env.ts';
import { adminLayout } from './admin-layout.ts';

const labels = {
  'security-key': 'Security keys',
  'this-device': 'Passkeys kept in a computer or phone',
  synced: 'Synced passkeys',
  totp: 'Authenticator app',
  tap: 'Temporary Access Pass',
  enforced: 'Enforced: a certificate chain to a trusted root is required',
  requested: 'Requested: recorded, but not required',
  ignored: 'Not requested',
  off: 'No restriction',
  allow: 'Only these models',
  deny: 'All but these models',
} as const;
type Label = keyof typeof labels;

export interface PolicyView {
  csrf: string;
  policy: Policy;
  mayEdit: boolean;
  saved?: boolean;
  problems?: readonly string[];
}

export function policyPage({ csrf, policy, mayEdit, saved, problems = [] }: PolicyView): Html {
  const { selfService, allow, attestation, aaguids, mfa, maxPasskeys, includedGroups, excludedGroups, tap } = policy;
  const { passkeyAutofill, passkeyUpgrade } = policy;
  return adminLayout(
    'policy',
    html`${saved ? html`<div class="notice good" role="status">${icon('check')}<div>The policy is saved and in force.</div></div>` : nothing}
      ${problems.length > 0 ? html`<div class="notice bad" role="alert">${icon('problem')}<div><strong>The policy can’t be saved.</strong><ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul></div></div>` : nothing}
      ${mayEdit ? nothing : html`<p class="hint">Changing the policy needs the Authentication Policy Administrator role.</p>`}
      <form method="post" action="/admin/policy">${csrfField(csrf)}
        <fieldset class="card" ${mayEdit ? '' : raw('disabled')}><legend>Passkeys</legend>
          ${checkbox('selfService', 'yes', 'Users may add passkeys themselves', selfService)}
          ${text('Groups with passkeys', 'includedGroups', includedGroups.join(', '), 'Separated by commas; “everyone” means all users')}
          ${text('Groups without passkeys', 'excludedGroups', excludedGroups.join(', '), 'Exclusion takes precedence')}
          ${checkbox('passkeyAutofill', 'yes', 'The sign-in page offers passkeys in the autofill list', passkeyAutofill)}
          ${checkbox('passkeyUpgrade', 'yes', 'After a sign-in with a password the browser creates a passkey', passkeyUpgrade)}
          ${field({ label: 'Passkeys per user', name: 'maxPasskeys', type: 'number', value: String(maxPasskeys), min: 1 })}
        </fieldset>
        <fieldset class="card" ${mayEdit ? '' : raw('disabled')}><legend>What may be registered</legend>
          ${passkeyKinds.map((kind) => checkbox('allow', kind, labels[kind], allow.includes(kind)))}
          ${select('Attestation', 'attestation', ['enforced', 'requested', 'ignored'], attestation)}
          ${select('Models', 'aaguidMode', ['off', 'allow', 'deny'], aaguids.mode)}
          <div class="field"><label for="aaguids">AAGUIDs</label>
            <textarea id="aaguids" name="aaguids" rows="4" spellcheck="false" aria-describedby="aaguids-hint">${aaguids.list.join('\n')}</textarea>
            <p class="hint" id="aaguids-hint">One per line. Only enforced attestation proves which model a passkey is from</p></div>
        </fieldset>
        <fieldset class="card" ${mayEdit ? '' : raw('disabled')}><legend>Multifactor authentication</legend>
          ${mfaMethods.map((method) => checkbox('accept', method, labels[method], mfa.accept.includes(method)))}
          ${field({ label: 'Verification is valid for (minutes)', name: 'freshForMinutes', type: 'number', value: String(mfa.freshForMs / 60_000), min: 1 })}
          ${field({ label: 'Temporary Access Pass: default lifetime in minutes', name: 'tapLifetime', type: 'number', value: String(tap.defaultLifetimeMinutes), min: 10, max: 43_200 })}
          ${checkbox('tapOneTime', 'yes', 'Every Temporary Access Pass is for one-time use', tap.oneTime)}
        </fieldset>
        ${mayEdit ? html`<div class="actions"><button type="submit">Save policy</button></div>` : nothing}
      </form>`,
  );
}

const checkbox = (name: string, value: string, label: string, checked: boolean): Html =>
  html`<label class="check"><input type="checkbox" name="${name}" value="${value}"${checked ? raw(' checked') : ''}> ${label}</label>`;

const text = (
  label: string,
  name: string,
  value: string,
  hint: string,
): Html => html`<div class="field"><label for="${name}">${label}</label>
  <input id="${name}" name="${name}" value="${value}" autocomplete="off" aria-describedby="${name}-hint"><p class="hint" id="${name}-hint">${hint}</p></div>`;

const select = (
  label: string,
  name: string,
  values: readonly Label[],
  current: string,
): Html => html`<div class="field"><label for="${name}">${label}</label>
  <select id="${name}" name="${name}">${values.map(
    (value) => html`<option value="${value}"${value === current ? raw(' selected') : ''}>${labels[value]}</option>`,
  )}</select></div>`;

/** Returns the policy that the form describes, validated by the schema. */
export function parsePolicyForm(form: RequestBody['form'], policy: Policy) {
  const one = (name: string) => form.get(name)?.[0] ?? '';
  const list = (name: string, separator: RegExp) =>
    one(name)
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== '');
  return policySchema.safeParse({
    ...policy,
    selfService: one('selfService') === 'yes',
    passkeyAutofill: one('passkeyAutofill') === 'yes',
    passkeyUpgrade: one('passkeyUpgrade') === 'yes',
    includedGroups: list('includedGroups', /,/),
    excludedGroups: list('excludedGroups', /,/),
    maxPasskeys: Number(one('maxPasskeys')),
    allow: form.get('allow') ?? [],
    attestation: one('attestation'),
    aaguids: { mode: one('aaguidMode'), list: list('aaguids', /\s+/) },
    mfa: { accept: form.get('accept') ?? [], freshForMs: Number(one('freshForMinutes')) * 60_000 },
    tap: { ...policy.tap, defaultLifetimeMinutes: Number(one('tapLifetime')), oneTime: one('tapOneTime') === 'yes' },
  });
}
