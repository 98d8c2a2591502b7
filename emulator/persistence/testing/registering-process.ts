/** A process that uses one stored authenticator in an endless loop and reports each acknowledged result on stdout, until it is killed. */
import { writeSync } from 'node:fs';
import { toHex, utf8 } from '#base/bytes.ts';
import { defined } from '#base/testing/defined.ts';
import { parseAuthenticatorData } from '#protocol/authenticator-data.ts';
import { createAuthenticator } from '../../index.ts';
import { rpId, TestPlatform } from '../../testing/test-platform.ts';

const [, , path = '', round = ''] = process.argv;
const authenticator = createAuthenticator({
  persona: 'touchstone-key',
  state: path,
  pin: '1234',
  credentialCapacity: 1e6,
});
const platform = new TestPlatform(authenticator);
const report = (line: string) => writeSync(1, `${line}\n`);

for (let number = 0; ; number++) {
  report('right PIN');
  const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId });
  const user = { id: utf8(`${round}-${number}`) };
  const pinUvAuth = platform.pinUvAuth(2, defined(token));
  const { response } = await platform.makeCredential({ options: { rk: true }, user, ...pinUvAuth });
  const { attestedCredentialData, signCount } = parseAuthenticatorData(response.authData);
  report(`credential ${toHex(defined(attestedCredentialData).credentialId)} ${signCount}`);
  await platform.pinToken(2, '0000');
  report('wrong PIN');
}
