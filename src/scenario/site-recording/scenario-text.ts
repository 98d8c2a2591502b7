/** Writes a first scenario from a recording: the registration of a passkey, as the recording shows it. */
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
    ...expectationsOf(recording, isOnDevice).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function stepsOf(recording: Recording, { steps, stoppedBecause, showsName }: ProbeResult, pin: string): string[] {
  const creation = lastCeremony(recording.ceremonies, 'create');
  const assertion = lastCeremony(recording.ceremonies, 'get');
  const has = (word: string) => steps.some((step) => step.word === word);
  const isUnknown = stoppedBecause !== undefined;
  const mfa = has('mfa.totp') || isUnknown ? ['mfa: totp'] : [];
  const gesture = (typedPin: boolean) => [...(typedPin ? [`enter-pin: ${toYamlText(pin)}`] : []), 'touch'];
  const named = has('name') ? [`name: ${passkeyName}`, 'done'] : [];
  const signsIn = assertion?.error === 'none' && has('sign-out') && has('sign-in-with-passkey');
  return [
    'open-security-info',
    'add-sign-in-method',
    'choose-method: passkey',
    ...mfa,
    `save-to: ${creation?.savedTo ?? 'security-key'}`,
    ...gesture(creation?.typedPin ?? true),
    ...named,
    ...(showsName ? [`see: ${passkeyName}`] : []),
    ...(signsIn ? ['sign-out', 'sign-in-with-passkey', ...gesture(assertion.typedPin)] : []),
  ];
}

/** The values of the recorded options and answers that must be the same in every run. */
function expectationsOf({ ceremonies, requests }: Recording, isOnDevice: boolean): string[] {
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
    ...(result && { requests: { result: { status: result.status } } }),
  };
  return [
    ...(Object.keys(relyingParty).length > 0 ? [`relying-party: ${toYamlText(relyingParty)}`] : []),
    ...(isOnDevice ? [] : ['authenticator: { credentials: 1 }']),
    'browser: { error: none }',
  ];
}
