/** What shows a defect of PIN retries, key agreement and tokens. */

import { toHex } from '#base/bytes.ts';
import { permissions } from '#protocol/commands.ts';
import { coseKeyLabels } from '#protocol/cose.ts';
import { mcToken, type Observation, outcome, pin, status } from './subject.ts';

const retriesAfterOneWrongPin: Observation = async (subject) => {
  await subject.wrongPins(1);
  return subject.authenticator.inspect().pinRetries;
};
const retriesTold: Observation = (subject) =>
  outcome(subject.platform.clientPin('getPINRetries').then(({ response }) => response.pinRetries));
const agreement: Observation = (subject) => outcome(subject.platform.agree(2).then(() => 'agreed'));
const tokenReceived: Observation = (subject) =>
  outcome(subject.platform.pinToken(2, pin, mcToken).then(({ token }) => token?.length));

export const pinObservations: Record<string, Observation> = {
  'pin.no-soft-lock': (subject) => subject.wrongPins(3),
  'pin.soft-lock-late': (subject) => subject.wrongPins(3),
  'pin.retries-unlimited': retriesAfterOneWrongPin,
  'pin.retries-double': retriesAfterOneWrongPin,
  'pin.retries-not-restored': async (subject) => {
    await subject.wrongPins(1);
    await subject.platform.pinToken(2, pin, mcToken);
    return subject.authenticator.inspect().pinRetries;
  },
  'pin.decrement-after-answer': async ({ platform, authenticator }) => {
    const { keyAgreement } = await platform.agree(2);
    authenticator.faults.plan({ at: 'authenticatorClientPIN', do: 'power-cut' });
    const request = { pinUvAuthProtocol: 2, keyAgreement, pinHashEnc: new Uint8Array(32), ...mcToken };
    await platform.clientPin('getPinUvAuthTokenUsingPinWithPermissions', request).catch(() => undefined);
    return authenticator.inspect().pinRetries;
  },
  'pin.never-blocked': ({ platform }) => status(platform.pinToken(2, pin, mcToken)),
  'pin.not-compared': (subject) => subject.wrongPins(1),
  'pin.policy-ignored': ({ platform }) => platform.changePin(2, pin, '1'),
  'pin.set-twice': ({ platform }) => platform.setPin(2, '567890'),
  'pin.key-agreement-kept': async (subject) => {
    const key = async () => {
      const { response } = await subject.platform.clientPin('getKeyAgreement', { pinUvAuthProtocol: 2 });
      return toHex(response.keyAgreement?.get(coseKeyLabels.x) as Uint8Array);
    };
    const before = await key();
    await subject.wrongPins(1);
    return (await key()) === before;
  },
  'pin.retries-missing': retriesTold,
  'pin.retries-too-many': retriesTold,
  'pin.retries-negative': retriesTold,
  'pin.power-cycle-denied': async (subject) => {
    await subject.wrongPins(3);
    return (await subject.platform.clientPin('getPINRetries')).response.powerCycleState;
  },
  'pin.key-agreement-missing': agreement,
  'pin.key-agreement-off-curve': agreement,
  'pin.key-agreement-crv': agreement,
  'pin.key-agreement-x-short': agreement,
  'pin.key-agreement-bytes': agreement,
};

export const tokenObservations: Record<string, Observation> = {
  'token.permissions-ignored': async (subject) => status(subject.signIn(await subject.proof(permissions.mc))),
  'token.rp-id-ignored': async (subject) =>
    status(subject.register({ rp: { id: 'other.example' }, ...(await subject.proof()) })),
  'token.never-expires': async (subject) => {
    const proof = await subject.proof();
    subject.clock.advance(3_600_000);
    return status(subject.register(proof));
  },
  'token.not-consumed': async (subject) => {
    const proof = await subject.proof();
    await subject.register(proof);
    return status(subject.register(proof));
  },
  'token.not-verified': async (subject) => {
    await subject.proof();
    return status(subject.register({ pinUvAuthProtocol: 2, pinUvAuthParam: new Uint8Array(32) }));
  },
  'token.old-survives': async (subject) => {
    const old = await subject.proof();
    await subject.proof();
    return status(subject.register(old));
  },
  'token.survives-pin-change': async (subject) => {
    const proof = await subject.proof();
    await subject.platform.changePin(2, pin, '567890');
    return status(subject.register(proof));
  },
  'token.missing': tokenReceived,
  'token.cut-off': tokenReceived,
  'token.empty': tokenReceived,
  'token.text': tokenReceived,
};
