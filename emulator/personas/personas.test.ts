/** Properties of every persona. */
import { describe, expect, it } from 'vitest';
import { concat, formatAaguid, parseAaguid } from '#base/bytes.ts';
import { UsageError } from '#base/errors.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import type { CborMap } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import { verifySignature } from '#protocol/crypto.ts';
import type { ExtensionId } from '#protocol/extensions.ts';
import { modelName, modelNames } from '#relying-party/authenticator-models.ts';
import { createAuthenticator, type Persona, type PersonaId, personas, plugIn } from '../index.ts';
import { clientDataHash, encodeCommand, makeCredentialRequest, TestPlatform } from '../testing/test-platform.ts';

const all = Object.entries(personas) as [PersonaId, Persona][];

describe.each(all)('persona %s', (id, persona) => {
  const createPlatform = () => new TestPlatform(createAuthenticator({ persona: id }));
  const getInfo = async () => (await createPlatform().send('authenticatorGetInfo')).response;

  it('has its own id, a valid AAGUID and a label', () => {
    expect(persona.id).toBe(id);
    expect(formatAaguid(parseAaguid(persona.aaguid))).toBe(persona.aaguid);
    expect(persona.label).not.toBe('');
  });

  it('returns its data in getInfo, and no certifications', async () => {
    const answer = await getInfo();
    expect(formatAaguid(answer.aaguid)).toBe(persona.aaguid);
    const withoutU2f = persona.options.alwaysUv === true; // CTAP 2.1 section 7.2.4
    expect(answer.versions).toEqual(persona.versions.filter((version) => version !== 'U2F_V2' || !withoutU2f));
    expect(answer.maxMsgSize).toBe(persona.maxMsgSize);
    expect(answer).not.toHaveProperty('certifications');
  });

  it('has consistent options', async () => {
    const { options = {}, pinUvAuthProtocols, versions } = await getInfo();
    if (options.clientPin !== undefined) expect(pinUvAuthProtocols?.length).toBeGreaterThan(0);
    if (options.pinUvAuthToken) expect('clientPin' in options || options.uv).toBe(true);
    if (versions.includes('FIDO_2_1') && pinUvAuthProtocols) expect(options.pinUvAuthToken).toBe(true);
    if (options.makeCredUvNotRqd) expect(options.alwaysUv ?? false).toBe(false);
    if (options.plat) expect(persona.transports).toContain('internal');
    expect(options.uv).toBe(persona.builtInUv ? true : undefined);
  });

  it('registers a credential within its own limits and in its own format', async () => {
    const platform = createPlatform();
    const options = { rk: true, ...(persona.builtInUv && { uv: true }) };
    const request = commands.authenticatorMakeCredential.request.encode(makeCredentialRequest({ options }));
    const answer = await platform.authenticator.process(encodeCommand('authenticatorMakeCredential', request));
    expect(answer.length).toBeLessThanOrEqual(persona.maxMsgSize);
    const { response } = await platform.makeCredential({ options });
    expect(persona.attestation.startsWith(response.fmt)).toBe(true);
    const { attestedCredentialData, flags } = parseAuthenticatorData(response.authData);
    expect(attestedCredentialData?.credentialId.length).toBeLessThanOrEqual(persona.maxCredentialIdLength);
    const backup = (persona.backup?.eligible ? 1 : 0) | (persona.backup?.backedUp ? 2 : 0);
    expect((flags & 0x18) >> 3).toBe(backup);
  });

  it('signs an assertion with the key that it registered', async () => {
    const platform = createPlatform();
    const options: Record<string, boolean> = persona.builtInUv ? { uv: true } : {};
    const made = await platform.makeCredential({
      options: { rk: true, ...options },
      pubKeyCredParams: persona.algorithms.map((name) => ({ type: 'public-key', alg: coseAlgorithms[name].alg })),
    });
    const { credentialPublicKey } = parseAuthenticatorData(made.response.authData);
    const { status, response } = await platform.getAssertion({ options });
    expect(status).toBe('CTAP2_OK');
    const signed = concat(response.authData, clientDataHash);
    expect(verifySignature(credentialPublicKey as CborMap, signed, response.signature)).toBe(true);
  });

  it('has only extensions that its versions and features allow', () => {
    const { extensions, versions, features, options } = persona;
    const ctap21Extensions: readonly ExtensionId[] = ['credBlob', 'largeBlobKey', 'minPinLength'];
    if (extensions.some((id) => ctap21Extensions.includes(id))) expect(versions).toContain('FIDO_2_1');
    if (extensions.includes('largeBlobKey')) expect(features?.largeBlobs).toBeDefined();
    if (features?.largeBlobs) expect(extensions).not.toContain('largeBlob');
    if (extensions.includes('largeBlob')) expect(versions).toContain('FIDO_2_3');
    if (extensions.includes('hmac-secret-mc')) expect(extensions).toContain('hmac-secret');
    if (features?.bioEnrollment) expect(persona.builtInUv?.survivesReset).toBe(false);
    if (options.plat) expect(persona.pinUvAuthProtocols).toEqual([]);
    expect(new Set(extensions).size).toBe(extensions.length);
  });

  it('has a name in the portal, unless it is a model of Touchstone', () => {
    if (persona.source === 'own') expect(modelName(persona.aaguid)).toBeUndefined();
    else expect(modelName(persona.aaguid)).toBeDefined();
  });
});

it('the portal names exactly the published models', () => {
  expect(all.length).toBeGreaterThanOrEqual(36);
  expect(Object.keys(modelNames).toSorted()).toEqual(
    all.flatMap(([, { source, aaguid }]) => (source === 'own' ? [] : [aaguid])).toSorted(),
  );
});

it('one reference key has the command largeBlobs, another one the extension largeBlob', () => {
  const has = (id: ExtensionId) => all.flatMap(([name, { extensions }]) => (extensions.includes(id) ? [name] : []));
  expect(has('largeBlob')).toEqual(['touchstone-large-blob']);
  expect(has('largeBlobKey')).toContain('touchstone-complete');
});

it('AAGUIDs and labels are unique', () => {
  for (const member of ['aaguid', 'label'] as const)
    expect(new Set(all.map(([, persona]) => persona[member])).size).toBe(all.length);
});

it('rejects an unknown persona and lists the known ones', () => {
  const make = () => createAuthenticator({ persona: 'yubikey-9' as PersonaId });
  expect(make).toThrow(UsageError);
  expect(make).toThrow(/yubikey-9.*yubikey-5-nfc/);
});

it('accepts a custom persona that is not in the registry', async () => {
  const persona: Persona = {
    ...personas['touchstone-key'],
    id: 'mine',
    aaguid: '00000000-0000-0000-0000-0000000000aa',
  };
  const device = plugIn(createAuthenticator({ persona }));
  expect(device.name).toBe('in-process:mine');
  expect((await device.transact(encodeCommand('authenticatorGetInfo')))[0]).toBe(0);
});
