/** Writes a first scenario from a recording: the registration of a passkey, as the recording shows it. */
import type { SiteRequest } from '../language/site-words.ts';
import { toYamlText } from '../language/yaml-text.ts';
import { lastCeremony, type ProbeResult, type Recording } from './recording.ts';

export interface ScenarioTextOptions {
  id: string;
  /** Path of the site file, relative to the scenario. */
  site: string;
  /** PIN of the security key. */
  pin: string;
  recording: Recording;
  probe: ProbeResult;
}

const passkeyName = 'Desk key';

/** Returns the text of the scenario file. */
export function scenarioText({ id, site, pin, recording, probe }: ScenarioTextOptions): string {
  const creation = lastCeremony(recording.ceremonies, 'create');
  const isOnDevice = creation?.savedTo === 'this-device';
  const place = isOnDevice ? 'this device' : 'a security key with a PIN';
  return [
    '# A first scenario, written by `touchstone init`. Run it with: touchstone run FILE',
    `id: ${toYamlText(`${id}.first-passkey`)}`,
    `title: ${toYamlText(`A passkey is registered on ${place}`)}`,
    `tags: ${toYamlText([id])}`,
    `relying-party: ${toYamlText({ site })}`,
    `authenticator: ${toYamlText({ persona: 'yubikey-5-nfc', pin: { set: pin } })}`,
    ...(isOnDevice ? [`this-device: ${toYamlText({ persona: 'windows-hello-software' })}`] : []),
    'steps:',
    ...stepsOf(recording, probe, pin).map((step) => `  - ${step}`),
    'expect:',
    ...expectationsOf(recording, probe, isOnDevice).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function stepsOf(recording: Recording, probe: ProbeResult, pin: string): string[] {
  const { steps, stoppedBecause, showsName } = probe;
  const creation = lastCeremony(recording.ceremonies, 'create');
  const assertion = lastCeremony(recording.ceremonies, 'get');
  const has = (word: string) => steps.some((step) => step.word === word);
  const isUnknown = stoppedBecause !== undefined;
  const mfa = has('mfa.totp') || isUnknown ? ['mfa: totp'] : [];
  const gesture = (typedPin: boolean) => [...(typedPin ? [`enter-pin: ${toYamlText(pin)}`] : []), 'touch'];
  const named = has('name') ? [`name: ${passkeyName}`, 'done'] : [];
  return [
    'open-security-info',
    'add-sign-in-method',
    'choose-method: passkey',
    ...mfa,
    `save-to: ${creation?.savedTo ?? 'security-key'}`,
    ...gesture(creation?.typedPin ?? true),
    ...named,
    ...(showsName ? [`see: ${passkeyName}`] : []),
    ...(signsIn(recording, probe) ? ['sign-out', 'sign-in-with-passkey', ...gesture(assertion?.typedPin ?? true)] : []),
  ];
}

/** Whether the recording shows how the user signs in with the new passkey. */
function signsIn({ ceremonies }: Recording, { steps }: ProbeResult): boolean {
  const has = (word: string) => steps.some((step) => step.word === word);
  return lastCeremony(ceremonies, 'get')?.error === 'none' && has('sign-out') && has('sign-in-with-passkey');
}

/** The values of the recorded options and answers that must be the same in every run. */
function expectationsOf(recording: Recording, probe: ProbeResult, isOnDevice: boolean): string[] {
  const { ceremonies, requests } = recording;
  const { options = {} } = lastCeremony(ceremonies, 'create') ?? {};
  const rp = options.rp as { id?: string } | undefined;
  const selection = (options.authenticatorSelection ?? {}) as { userVerification?: string; residentKey?: string };
  const expectedOptions = {
    ...(rp?.id !== undefined && { 'rp-id': rp.id }),
    ...(selection.userVerification !== undefined && { 'user-verification': selection.userVerification }),
    ...(selection.residentKey !== undefined && { 'resident-key': selection.residentKey }),
  };
  const { result } = requests;
  const relyingParty = {
    ...(result && { outcome: 'registered' }),
    ...(Object.keys(expectedOptions).length > 0 && { options: expectedOptions }),
    ...(result && { requests: statusesOf(recording, probe) }),
  };
  return [
    ...(Object.keys(relyingParty).length > 0 ? [`relying-party: ${toYamlText(relyingParty)}`] : []),
    ...(isOnDevice ? [] : ['authenticator: { credentials: 1 }']),
    'browser: { error: none }',
  ];
}

/** The status of the registration, and of the sign-in with the passkey, which shows that the site has stored it. */
function statusesOf(recording: Recording, probe: ProbeResult): Record<string, { status: number }> {
  const names: SiteRequest[] = signsIn(recording, probe) ? ['result', 'sign-in-result'] : ['result'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const answer = recording.requests[name];
      return answer ? [[name, { status: answer.status }]] : [];
    }),
  );
}
