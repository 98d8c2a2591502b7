import { describe, expect, it } from 'vitest';
import { relyingPartySuite } from './library-suite.ts';
import { createReferenceVerifier } from './reference-verifier.ts';

describe('relyingPartySuite', () => {
  it('describes its cases, with what a violation means', () => {
    const suite = relyingPartySuite(createReferenceVerifier(), { ids: ['client-data.origin.other'] });
    expect(suite.cases[0]).toEqual({
      id: 'client-data.origin.other',
      title: expect.any(String),
      expected: 'refuse',
      weaknesses: ['A response that was made for the page of an attacker is accepted'],
    });
  });

  it('passes a library that conforms, and fails one that lacks a rule', async () => {
    const ids = ['client-data.origin'];
    const conforming = await relyingPartySuite(createReferenceVerifier(), { ids }).runAll();
    expect(conforming.length).toBeGreaterThan(5);
    expect(conforming.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    const weak = relyingPartySuite(createReferenceVerifier(new Set(['client-data.origin'])), { ids });
    expect(await weak.run('client-data.origin.other')).toMatchObject({
      verdict: 'fail',
      outcome: { verdict: 'accepted' },
    });
  });

  it('has no cases about requests, which a library does not receive', () => {
    const ids = relyingPartySuite(createReferenceVerifier()).cases.map(({ id }) => id);
    expect(ids).toContain('client-data.origin.other');
    expect(ids.filter((id) => id.startsWith('api-'))).toEqual([]);
  });

  it('refuses an id that names nothing', async () => {
    const suite = relyingPartySuite(createReferenceVerifier(), { ids: ['none'] });
    await expect(suite.run('client-data.origin.other')).rejects.toThrow('Unknown requirement or group');
    expect(() => relyingPartySuite(createReferenceVerifier(), { ids: ['nothing'] })).toThrow('"nothing"');
  });
});
