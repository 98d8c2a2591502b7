import { describe, expect, it } from 'vitest';
import { registrationSchema, toCredentialJson, withRequested } from './conformance-requests.ts';

const options: Parameters<typeof withRequested>[0] = {
  rp: { id: 'localhost', name: 'Contoso' },
  user: { id: 'AAAA', name: 'user', displayName: 'User' },
  challenge: 'AAAA',
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  attestation: 'direct',
  extensions: { credProps: true },
};
const answer = (request: object) => withRequested(options, registrationSchema.parse({ username: 'user', ...request }));

describe('options for a request of the conformance API', () => {
  it.each([
    [{ residentKey: 'preferred' }, { residentKey: 'preferred', requireResidentKey: false }],
    [{ residentKey: 'required' }, { residentKey: 'required', requireResidentKey: true }],
    [{ requireResidentKey: false }, { residentKey: 'discouraged', requireResidentKey: false }],
    [{ requireResidentKey: true }, { residentKey: 'required', requireResidentKey: true }],
    [
      { userVerification: 'discouraged' },
      { residentKey: 'required', requireResidentKey: true, userVerification: 'discouraged' },
    ],
  ])('have the same meaning in residentKey and requireResidentKey for %j', (authenticatorSelection, expected) => {
    expect(answer({ authenticatorSelection }).authenticatorSelection).toMatchObject(expected);
  });

  it('ask for no attestation unless the request does', () => {
    expect(answer({}).attestation).toBe('none');
    expect(answer({ attestation: 'indirect' }).attestation).toBe('indirect');
  });

  it('have the extensions of the portal and of the request', () => {
    expect(answer({ extensions: { 'example.extension': 1 } }).extensions).toEqual({
      credProps: true,
      'example.extension': 1,
    });
  });
});

describe('a credential of the conformance API', () => {
  it('gets the members of the JSON of WebAuthn', () => {
    expect(toCredentialJson({ id: 'AAAA', type: 'public-key', getClientExtensionResults: { a: 1 } })).toEqual({
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      clientExtensionResults: { a: 1 },
    });
  });

  it('keeps those that it has', () => {
    const credential = { id: 'AAAA', rawId: 'BBBB', clientExtensionResults: {} };
    expect(toCredentialJson({ ...credential, getClientExtensionResults: { a: 1 } })).toEqual(credential);
  });

  it.each([null, 'text', [1], undefined])('stays what it is if it is no object: %j', (body) => {
    expect(toCredentialJson(body)).toEqual(body);
  });
});
