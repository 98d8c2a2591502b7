/** Measures memory growth over many registrations in one process: the heap after garbage collection, before and after. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toBase64url } from '#base/bytes.ts';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import { autoTouch, createAuthenticator, plugIn } from '#emulator';

export interface MemoryFigures {
  registrations: number;
  /** Heap and external buffers in MiB, after a warm-up and after all registrations. */
  beforeMiB: number;
  afterMiB: number;
}

const pin = '1234';

/** Runs only client and emulator, because the store of a relying party grows by design. */
export async function benchMemory(registrations = 100_000): Promise<MemoryFigures> {
  const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', gestures: autoTouch, pin }));
  const authenticators = fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device });
  const context = {
    origin: 'https://contoso.test',
    authenticators,
    user: autoApproveUser({ pin }),
    clock: systemClock,
    random: systemRandom,
  };
  const register = () =>
    create(
      {
        rp: { id: 'contoso.test', name: 'Contoso' },
        user: { id: toBase64url(systemRandom.bytes(32)), name: 'adele', displayName: 'Adele' },
        challenge: toBase64url(systemRandom.bytes(32)),
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        attestation: 'direct',
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
      },
      context,
    );
  for (let warm = 0; warm < 2_000; warm++) await register();
  const beforeMiB = measureMemoryMiB();
  for (let done = 0; done < registrations; done++) await register();
  return { registrations, beforeMiB, afterMiB: measureMemoryMiB() };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function measureMemoryMiB(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
