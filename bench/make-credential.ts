/** Compares makeCredential in process (ES256, packed, full attestation) with its minimum work: generating one P-256 key pair and one signature. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { concat } from '#base/bytes.ts';
import { systemRandom } from '#base/random.ts';
import { autoTouch, createAuthenticator, plugIn } from '#emulator';
import { encode } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { interleave, rate, slowdown } from './measure.ts';
import type { Spread } from './row.ts';

const { code, request } = commands.authenticatorMakeCredential;

const message = concat(
  new Uint8Array([code]),
  encode(
    request.encode({
      clientDataHash: systemRandom.bytes(32),
      rp: { id: 'contoso.test', name: 'Contoso' },
      user: { id: systemRandom.bytes(32), name: 'adele@contoso.test', displayName: 'Adele' },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    }),
  ),
);

export interface MakeCredentialFigures {
  perSecond: number;
  barePerSecond: number;
  /** How many times slower than the bare operations. */
  slowdown: Spread;
}

export async function benchMakeCredential(): Promise<MakeCredentialFigures> {
  const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', gestures: autoTouch }));
  const data = systemRandom.bytes(200);
  const [bare, full] = await interleave(
    [
      {
        name: 'bare',
        run: () => sign('sha256', data, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      },
      { name: 'makeCredential', run: () => expectOk(device.transact(message)) },
    ],
    { rounds: 5, turns: 75, operations: 20 },
  );
  return { perSecond: rate(full), barePerSecond: rate(bare), slowdown: slowdown(full, bare) };
}

/** Checks the status, because an error answer would be fast and measure nothing. */
async function expectOk(answer: Promise<Uint8Array>): Promise<void> {
  const [status] = await answer;
  if (status !== 0) throw new Error(`Expected status 0x0, makeCredential answered 0x${status?.toString(16)}`);
}
