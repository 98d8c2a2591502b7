/** The shim where the engine has no WebAuthn of its own, as in WebKit on Linux: Chromium without these interfaces. */
import { describeBridge } from '../testing/bridge-contract.ts';
import { testOptions } from '../testing/contract/options.ts';
import { testResults } from '../testing/contract/results.ts';
import { testStaticMethods } from '../testing/contract/static-methods.ts';

/** Runs in every document before the shim. */
function removeWebAuthn() {
  for (const name of [
    'Credential',
    'PublicKeyCredential',
    'AuthenticatorResponse',
    'AuthenticatorAttestationResponse',
    'AuthenticatorAssertionResponse',
    'CredentialsContainer',
  ])
    Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(Navigator.prototype, 'credentials');
}

describeBridge(
  'the shim in Chromium without native WebAuthn',
  { engine: 'chromium', route: 'shim', prepare: removeWebAuthn },
  [testResults, testOptions, testStaticMethods],
);
