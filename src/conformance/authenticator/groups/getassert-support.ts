/** What the requirements on getAssertion share, CTAP 2.1 section 6.2. */
import type { CborKey, CborValue } from '#protocol/cbor.ts';
import { ga } from '../assertion.ts';
import { register } from '../registration.ts';
import type { TestContext } from '../test-context.ts';

export const get = 'authenticatorGetAssertion';

export const noCredentials = 'CTAP2_ERR_NO_CREDENTIALS';

export const keys = { param: ga.pinUvAuthParam, protocol: ga.pinUvAuthProtocol };

export const registerVariant = (context: TestContext, extensions?: Map<CborKey, CborValue>) =>
  register(context, { rk: context.variant === 'rk', ...(extensions && { extensions }) });
