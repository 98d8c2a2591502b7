/** Why nid-webauthn-emulator 0.2.11 does not conform: `docs/foreign-authenticators.md` explains each cause. */
import type { CaseResult } from '#conformance/case-result.ts';

type Failure = Pick<CaseResult, 'id' | 'message'>;

const withId =
  (pattern: RegExp) =>
  ({ id }: Failure): boolean =>
    pattern.test(id);
const withMessage =
  (pattern: RegExp) =>
  ({ message }: Failure): boolean =>
    pattern.test(message);

/** The first cause that matches explains a failure. */
export const nidCauses: Record<string, (failure: Failure) => boolean> = {
  'absent members are encoded as undefined': withMessage(/only false, true and null are allowed/),
  'malformed requests crash the library': withMessage(/^The library threw /),
  'the encoding of requests is not checked': withId(/^cbor\.request\./),
  'the length of clientDataHash is not checked': withId(/^makecred\.client-data-hash\./),
  'the types of credentials are not checked': withId(/\.other-type$/),
  'members are not checked': withMessage(/CTAP2_ERR_(CBOR_UNEXPECTED_TYPE|MISSING_PARAMETER), got CTAP2_OK$/),
  'options are ignored': withId(/\.option\.(rk|uv-unavailable)|\.flags\.uv-clear$/),
  'no request for a touch is reported': withMessage(/^Expected the authenticator to wait for a touch$/),
  'maxMsgSize is not enforced': withId(/^cbor\.message\.too-large$/),
  'there is no reset': withId(/^reset\./),
};
