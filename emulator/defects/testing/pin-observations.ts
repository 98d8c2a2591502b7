/** Observations for defects of PIN retries, key agreement and PIN/UV auth tokens. */
import { toHex } from '#base/bytes.ts';
import { permissions } from '#protocol/commands.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { mcToken, type Observation, pin, statusOf, valueOrError } from './authenticator-under-test.ts';

const countRetriesAfterWrongPin: Observation = async (subject) => {
  await subject.enterWrongPins(1);
  return subject.authenticator.inspect().pinRetries;
};
const readPinRetries: Observation = (subject) =>
  valueOrError(subject.platform.clientPin('getPINRetries').then(({ response }) => response.pinRetries));
const agreeOnKey: Observation = (subject) => valueOrError(subject.platform.agreeOnSecret(2).then(() => 'agreed'));
const readTokenLength: Observation = (subject) =>
  valueOrError(subject.platform.pinToken(2, pin, mcToken).then(({ token }) => token?.length));

export const pinObservations: Record<string, Observation> = {
  'pin.no-soft-lock': (subject) => subject.enterWrongPins(3),
  'pin.soft-lock-late': (subject) => subject.enterWrongPins(3),
  'pin.retries-unlimited': countRetriesAfterWrongPin,
  'pin.retries-double': countRetriesAfterWrongPin,
  'pin.retries-not-restored': async (subject) => {
    await subject.enterWrongPins(1);
    await subject.platform.pinToken(2, pin, mcToken);
    return subject.authenticator.inspect().pinRetries;
  },
  'pin.decrement-after-answer': async ({ platform, authenticator }) => {
    const { keyAgreement } = await platform.agreeOnSecret(2);
    authenticator.faults.plan({ at: 'authenticatorClientPIN', do: 'power-cut' });
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), ...mcToken };
    await platform.clientPin('getPinUvAuthTokenUsingPinWithPermissions', request).catch(() => undefined);
    return authenticator.inspect().pinRetries;
  },
  'pin.never-blocked': ({ platform }) => statusOf(platform.pinToken(2, pin, mcToken)),
  'pin.not-compared': (subject) => subject.enterWrongPins(1),
  'pin.policy-ignored': ({ platform }) => platform.changePin(2, pin, '1'),
  'pin.set-twice': ({ platform }) => platform.setPin(2, '567890'),
  'pin.key-agreement-kept': async (subject) => {
    const readKey = async () => {
      const { response } = await subject.platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 });
      return toHex(response.keyAgreement?.get(coseKeyLabels.x) as Uint8Array);
    };
    const before = await readKey();
    await subject.enterWrongPins(1);
    return (await readKey()) === before;
  },
  'pin.retries-missing': readPinRetries,
  'pin.retries-too-many': readPinRetries,
  'pin.retries-negative': readPinRetries,
  'pin.power-cycle-denied': async (subject) => {
    await subject.enterWrongPins(3);
    return (await subject.platform.clientPin('getPINRetries')).response.powerCycleState;
  },
  'pin.key-agreement-missing': agreeOnKey,
  'pin.key-agreement-off-curve': agreeOnKey,
  'pin.key-agreement-crv': agreeOnKey,
  'pin.key-agreement-x-short': agreeOnKey,
  'pin.key-agreement-bytes': agreeOnKey,
};

export const tokenObservations: Record<string, Observation> = {
  'token.permissions-ignored': async (subject) => statusOf(subject.signIn(await subject.pinUvAuth(permissions.mc))),
  'token.rp-id-ignored': async (subject) =>
    statusOf(subject.register({ rp: { id: 'other.example' }, ...(await subject.pinUvAuth()) })),
  'token.never-expires': async (subject) => {
    const pinUvAuth = await subject.pinUvAuth();
    subject.clock.advance(3_600_000);
    return statusOf(subject.register(pinUvAuth));
  },
  'token.not-consumed': async (subject) => {
    const pinUvAuth = await subject.pinUvAuth();
    await subject.register(pinUvAuth);
    return statusOf(subject.register(pinUvAuth));
  },
  'token.not-verified': async (subject) => {
    await subject.pinUvAuth();
    return statusOf(subject.register({ pinUvAuthProtocol: 2, pinUvAuthParam: new Uint8Array(32) }));
  },
  'token.old-survives': async (subject) => {
    const old = await subject.pinUvAuth();
    await subject.pinUvAuth();
    return statusOf(subject.register(old));
  },
  'token.survives-pin-change': async (subject) => {
    const pinUvAuth = await subject.pinUvAuth();
    await subject.platform.changePin(2, pin, '567890');
    return statusOf(subject.register(pinUvAuth));
  },
  'token.missing': readTokenLength,
  'token.cut-off': readTokenLength,
  'token.empty': readTokenLength,
  'token.text': readTokenLength,
};
