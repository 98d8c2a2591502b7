import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleCase } from '#report/testing/sample-runs.ts';
import { runOf, timedCase } from '#report/testing/timed-runs.ts';
import { writeRun } from '#report/testing/write-run.ts';
import type { PartyEvent } from '#result/transcript.ts';
import { runCommand } from '../testing/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'touchstone-diagnose-'));
afterEach(() => void vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

const caseWith = (id: string, event: string, detail: PartyEvent['detail'] = {}) => ({
  ...sampleCase(),
  id,
  events: [{ atMs: 0, party: 'relying-party' as const, event, detail }],
});

describe('a run', () => {
  let run = '';
  beforeAll(() => {
    run = writeRun(
      runOf([
        caseWith('works', 'passkey.registered'),
        caseWith('guest', 'registration.refused', { reason: 'guest' }),
        caseWith('model', 'registration.refused', { reason: 'aaguid-not-allowed' }),
        timedCase('skipped', {}, { verdict: 'skipped' }),
      ]),
      join(folder, 'run'),
    );
  });

  it('lists the first cause of each case that registered no passkey', async () => {
    const { code, out } = await runCommand('diagnose', run);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '1 of 3 cases registered a passkey. 1 case did not run.',
      '',
      'CASE   FIRST CAUSE         MEANING',
      'guest  guest               The user is a guest of the organisation.',
      'model  aaguid-not-allowed  The organisation does not allow this model of authenticator.',
      '',
    ]);
  });

  it('explains one case in full', async () => {
    const { out } = await runCommand('diagnose', run, '--case', 'model');
    expect(out).toContain('Seen        attempt.refusal is aaguid-not-allowed');
    expect(out).toContain('What to do  Use a model that the key restrictions allow');
    expect((await runCommand('diagnose', run, '--case', 'works')).out).toBe('works registered a passkey.\n');
  });

  it('prints JSON for other programs', async () => {
    const { out } = await runCommand('diagnose', run, '--json');
    expect(JSON.parse(out)).toMatchObject([
      { case: 'guest', first: { id: 'guest', layer: 'organisation', by: 'seen' } },
      { case: 'model', first: { id: 'aaguid-not-allowed', evidence: ['attempt.refusal'] } },
    ]);
  });

  it('refuses a case that the run does not have', async () => {
    const { code, err } = await runCommand('diagnose', run, '--case', 'modle');
    expect([code, err]).toEqual([2, expect.stringContaining('Cannot diagnose the case modle')]);
  });
});

describe('answers', () => {
  const answers = (text: string): string => {
    writeFileSync(join(folder, 'answers.yaml'), text);
    return join(folder, 'answers.yaml');
  };

  it('names the first cause, what follows, and the questions that exclude an earlier cause', async () => {
    const file = answers('key: { pin: blocked, attestation: none }\npolicy: { attestation: enforced }');
    const { code, out } = await runCommand('diagnose', '--answers', file);
    expect(code).toBe(0);
    expect(out).toMatch(/^The PIN of the security key is blocked/);
    expect(out).toContain('Follows from  key.pin is blocked');
    expect(out).toMatch(/After that, this stops the user too:\n {2}attestation-required /);
    expect(out).toMatch(/These answers exclude it:\n {2}user\.guest +Is the user a guest/);
  });

  it('reports wrong answers with their line, and a file that cannot be read', async () => {
    const { code, err } = await runCommand('diagnose', '--answers', answers('user:\n  gast: true\n'));
    expect([code, err]).toEqual([2, expect.stringMatching(/answers\.yaml:2:3: Unknown key "gast"/)]);
    const missing = await runCommand('diagnose', '--answers', join(folder, 'none.yaml'));
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('Cannot read the answers file')]);
  });

  it('does not accept a run and answers at once', async () => {
    const { code, err } = await runCommand('diagnose', 'reports/latest', '--answers', answers('user: {}'));
    expect([code, err]).toEqual([2, expect.stringContaining('give either a run or --answers')]);
  });
});

it('--list names every cause in its order', async () => {
  const { out } = await runCommand('diagnose', '--list');
  expect(out).toMatch(/^CAUSE +LAYER +MEANING\nguest +Policy of the organisation +The user is a guest/);
  expect(out.indexOf('pin-blocked')).toBeLessThan(out.indexOf('aaguid-not-allowed'));
});
