/** Runs the catalogue on the authenticator of nid-webauthn-emulator and prints the results as JSON. Child process of the test. */
import { authenticatorCatalogue } from '#conformance/authenticator/catalogue.ts';
import { connectedTargets } from '#conformance/authenticator/connected/connected-targets.ts';
import { runSuite } from '#conformance/authenticator/run-suite.ts';
import { createNidAuthenticator } from './nid-authenticator.ts';

const results = await runSuite(authenticatorCatalogue, connectedTargets(createNidAuthenticator()));
console.log(JSON.stringify(results.map(({ id, variant, verdict, message }) => ({ id, variant, verdict, message }))));
