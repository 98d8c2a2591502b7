/** What holds for every persona. */
import { describe, expect, it } from 'vitest';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { formatAaguid, parseAaguid } from '#protocol/bytes.ts';
import { commands } from '#protocol/commands.ts';
import { UsageError } from '#protocol/errors.ts';
import { createAuthenticator, type Persona, type PersonaId, personas, plugIn } from '../index.ts';
import { messageOf, registration, TestPlatform } from '../test-platform.ts';

const all = Object.entries(personas) as [PersonaId, Persona][];

describe.each(all)('%s', (id, persona) => {
  const fresh = () => new TestPlatform(createAuthenticator({ persona: id }));
  const info = async () => (await fresh().send('authenticatorGetInfo')).response;

  it('carries its own id, a valid AAGUID and a label', () => {
    expect(persona.id).toBe(id);
    expect(formatAaguid(parseAaguid(persona.aaguid))).toBe(persona.aaguid);
    expect(persona.label).not.toBe('');
  });

  it('answers getInfo with what it is, and claims no certification', async () => {
    const answer = await info();
    expect(formatAaguid(answer.aaguid)).toBe(persona.aaguid);
    expect(answer.versions).toEqual(persona.versions);
    expect(answer.maxMsgSize).toBe(persona.maxMsgSize);
    expect(answer).not.toHaveProperty('certifications');
  });

  it('has options that agree with each other', async () => {
    const { options = {}, pinUvAuthProtocols, versions } = await info();
    if (options.clientPin !== undefined) expect(pinUvAuthProtocols?.length).toBeGreaterThan(0);
    if (options.pinUvAuthToken) expect('clientPin' in options || options.uv).toBe(true);
    if (versions.includes('FIDO_2_1') && pinUvAuthProtocols) expect(options.pinUvAuthToken).toBe(true);
    if (options.makeCredUvNotRqd) expect(options.alwaysUv ?? false).toBe(false);
    if (options.plat) expect(persona.transports).toContain('internal');
    expect(options.uv).toBe(persona.builtInUv ? true : undefined);
  });

  it('registers within its own limits, in its own format', async () => {
    const platform = fresh();
    const options = { rk: true, ...(persona.builtInUv && { uv: true }) };
    const request = commands.authenticatorMakeCredential.request.encode(registration({ options }));
    const answer = await platform.authenticator.process(messageOf('authenticatorMakeCredential', request));
    expect(answer.length).toBeLessThanOrEqual(persona.maxMsgSize);
    const { response } = await platform.makeCredential({ options });
    expect(persona.attestation.startsWith(response.fmt)).toBe(true);
    const { attestedCredentialData, flags } = parseAuthenticatorData(response.authData);
    expect(attestedCredentialData!.credentialId.length).toBeLessThanOrEqual(persona.maxCredentialIdLength);
    expect((flags & 0x18) >> 3).toBe(persona.backup ? 0b11 : 0);
  });
});

it('AAGUIDs and labels differ', () => {
  for (const member of ['aaguid', 'label'] as const)
    expect(new Set(all.map(([, persona]) => persona[member])).size).toBe(all.length);
});

it('an unknown persona is refused with the list of the known ones', () => {
  const make = () => createAuthenticator({ persona: 'yubikey-9' as PersonaId });
  expect(make).toThrow(UsageError);
  expect(make).toThrow(/yubikey-9.*yubikey-5-nfc/);
});

it('a persona of your own works without a registry', async () => {
  const persona: Persona = {
    ...personas['touchstone-key'],
    id: 'mine',
    aaguid: '00000000-0000-0000-0000-0000000000aa',
  };
  const device = plugIn(createAuthenticator({ persona }));
  expect(device.name).toBe('in-process:mine');
  expect((await device.transact(messageOf('authenticatorGetInfo')))[0]).toBe(0);
});
