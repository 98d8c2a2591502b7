/** A process that uses one stored authenticator without end: says on stdout what was acknowledged, until somebody kills it. */
import { writeSync } from 'node:fs';
import { toHex, utf8 } from '#base/bytes.ts';
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
const say = (line: string) => writeSync(1, `${line}\n`);

for (let number = 0; ; number++) {
  say('right');
  const { token } = await platform.pinToken(2, '1234', { permissions: 1, rpId });
  const user = { id: utf8(`${round}-${number}`) };
  const { response } = await platform.makeCredential({ options: { rk: true }, user, ...platform.proof(2, token!) });
  const { attestedCredentialData, signCount } = parseAuthenticatorData(response.authData);
  say(`credential ${toHex(attestedCredentialData!.credentialId)} ${signCount}`);
  await platform.pinToken(2, '0000');
  say('wrong');
}
