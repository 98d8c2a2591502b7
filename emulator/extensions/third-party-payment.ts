/** Extension `thirdPartyPayment`, CTAP 2.2: the credential may be used for a payment that another party starts. */
import { boolean } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

export const thirdPartyPayment: Extension = {
  id: 'thirdPartyPayment',
  onMakeCredential: (input) =>
    boolean.parse(input, 'thirdPartyPayment') ? { output: true, properties: { thirdPartyPayment: true } } : {},
  onGetAssertion: (input, { credential }) =>
    boolean.parse(input, 'thirdPartyPayment') ? { output: credential.thirdPartyPayment === true } : {},
};
