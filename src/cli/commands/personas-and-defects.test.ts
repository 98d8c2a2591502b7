/** The output of `touchstone personas` and `touchstone defects`. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../main.ts';

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('personas prints a table with a row for each model', async () => {
  expect(await main(['personas'])).toBe(0);
  const [head = '', ...rows] = printed.join('\n').split('\n');
  expect(head).toMatch(/^ID +MODEL +AAGUID +VERSIONS +TRANSPORTS +ATTESTATION$/);
  const aaguidAt = head.indexOf('AAGUID');
  expect(rows.map((row) => row.slice(aaguidAt, aaguidAt + 36))).toEqual(
    rows.map(() => expect.stringMatching(/^[0-9a-f-]{36}$/)),
  );
});

it('personas --json prints all data of each model', async () => {
  expect(await main(['personas', '--json'])).toBe(0);
  const all = JSON.parse(printed.join('')) as Record<string, unknown>[];
  expect(all).toContainEqual(
    expect.objectContaining({ id: 'yubikey-5-nfc', aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a' }),
  );
});

it('defects --json prints rows with the requirement that each defect breaks', async () => {
  expect(await main(['defects', '--json'])).toBe(0);
  const all = JSON.parse(printed.join('')) as Record<string, string>[];
  expect(all.length).toBeGreaterThan(300);
  expect(all).toContainEqual({
    id: 'signature.zero',
    group: 'signature',
    title: 'Signatures are all zero bytes',
    breaks: 'WebAuthn L3 section 6.5.5',
    detectedBy: 'relying-party',
    tries: 'relying-party',
  });
});

it('defects prints groups with their rows, and the number of defects', async () => {
  expect(await main(['defects'])).toBe(0);
  const text = printed.join('\n');
  expect(text).toMatch(/^transport\.silent +client +Never sends a response +CTAP 2\.1 section 3$/m);
  expect(text).toMatch(/\d{3} defects/);
});
