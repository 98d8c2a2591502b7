/** The phases and events of a sample registration with a PIN and one touch. */
import type { Verdict } from '#result/run-result.ts';
import type { NextNumber } from '#result/seeded-numbers.ts';
import type { Span } from '#result/timeline.ts';
import type { PartyEvent } from '#result/transcript.ts';

/** Returns the phases in order of time, nested as in a real registration. */
export function sampleSpans(next: NextNumber): Span[] {
  const around = (ms: number) => ms * Math.exp(0.25 * (next() + next() + next() - 1.5));
  const touch = around(300);
  const options = around(12);
  const [info, keyAgreement, token] = [around(1.5), around(4), around(9)];
  const dialog = around(180);
  const make = around(6) + touch;
  const verify = around(7);
  const spans: Span[] = [];
  let at = around(40);
  const add = (phase: Span['phase'], label: string, durationMs: number, startMs = at) =>
    spans.push({ phase, label, startMs, durationMs });
  add('page', 'Add sign-in method', at, 0);
  add('rp-options', 'POST /passkey/options', options);
  at += options + 1;
  const clientStart = at;
  at += 1.2;
  add('user-dialog', 'Save to: security key', dialog);
  at += dialog + 0.4;
  add('get-info', 'getInfo', info);
  at += info + 0.3;
  add('pin', 'getKeyAgreement', keyAgreement);
  at += keyAgreement + 0.2;
  add('user-dialog', 'Enter PIN', dialog / 2);
  at += dialog / 2;
  add('pin', 'getPinUvAuthTokenUsingPinWithPermissions', token);
  at += token + 0.5;
  add('make-credential', 'makeCredential', make);
  add('user-presence', 'Touch', touch, at + 2);
  at += make + 1;
  add('client', 'navigator.credentials.create()', at - clientStart, clientStart);
  add('rp-verify', 'Verify attestation', verify, at + 3);
  add('rp-store', 'Store passkey', around(2), at + 3 + verify);
  add('page', 'Name the passkey', around(55), at + 8 + verify);
  return spans.toSorted((a, b) => a.startMs - b.startMs || b.durationMs - a.durationMs);
}

export function sampleEvents(spans: readonly Span[], verdict: Verdict): PartyEvent[] {
  const endOf = (phase: Span['phase']) => {
    const { startMs, durationMs } = spans.findLast((span) => span.phase === phase) ?? { startMs: 0, durationMs: 0 };
    return startMs + durationMs;
  };
  const party = 'relying-party';
  return [
    { atMs: endOf('rp-options') - 8, party, event: 'mfa.tap.ok', detail: { user: 'qa@contoso.test' } },
    {
      atMs: endOf('rp-options'),
      party,
      event: 'registration.options',
      detail: { attestation: 'direct', timeoutMs: 60_000 },
    },
    { atMs: endOf('user-presence'), party: 'user', event: 'touch' },
    {
      atMs: endOf('make-credential'),
      party: 'authenticator',
      event: 'credential.created',
      detail: { discoverable: true },
    },
    verdict === 'failed'
      ? { atMs: endOf('rp-verify'), party, event: 'registration.refused', detail: { reason: 'attestation-required' } }
      : { atMs: endOf('rp-store'), party, event: 'passkey.registered', detail: { fmt: 'packed', uv: true } },
  ];
}
