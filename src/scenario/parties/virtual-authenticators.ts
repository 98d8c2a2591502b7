/** The virtual authenticator of a browser as the key of a case: it acts without the user, so no gesture has an effect on it. */
import type {
  VirtualAuthenticator,
  VirtualAuthenticatorPage,
} from '#browser/virtual-authenticator/virtual-authenticator.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { savesToThisDevice } from '../language/built-in-compatibility.ts';
import { engineOfCase } from '../language/schema/browser.ts';
import type { KeyUnderTest, ProvideAuthenticators } from './key-under-test.ts';

/** Adds the authenticator that the case saves its passkey to. */
export const provideVirtualAuthenticators =
  (opened: VirtualAuthenticatorPage): ProvideAuthenticators =>
  async (scenario) => {
    const kind = savesToThisDevice(scenario) ? 'this-device' : 'security-key';
    const authenticator = await opened.addAuthenticator(kind === 'this-device' ? 'internal' : 'usb');
    const key = createKey(authenticator, kind, `Virtual authenticator of ${engineOfCase(scenario.browser)}`);
    return {
      key,
      all: [key],
      source: fixedAuthenticators(), // for our client only
      trustAnchors: [],
      wire: () => [],
      notObservable: {
        exchanges: 'The browser does not report its messages to the virtual authenticator',
        model: 'The virtual authenticator of the browser is not the model that the case describes',
      },
      secrets: [],
      blockingReason: () => undefined,
      failureSignal: new AbortController().signal,
      cleanUp: async () => [],
      [Symbol.asyncDispose]: () => authenticator[Symbol.asyncDispose](),
    };
  };

function createKey(authenticator: VirtualAuthenticator, kind: KeyUnderTest['kind'], label: string): KeyUnderTest {
  const refuse = async () => {
    throw new Error('The virtual authenticator of the browser acts at once, without the user');
  };
  return {
    facts: { id: 'virtual-authenticator', label, aaguid: '00000000-0000-0000-0000-000000000000' },
    kind,
    connected: true,
    connect: refuse,
    disconnect: refuse,
    powerCycle: refuse,
    whenTouchRequested: refuse,
    touch: refuse,
    deny: refuse,
    whenSent: refuse,
    resolvePin: (text) => text,
    inspect: () => undefined,
    observe: async () => ({ credentials: await authenticator.credentials() }),
  };
}
