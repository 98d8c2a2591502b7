/**
 * Verifying a registration response and storing the credential, compared with @simplewebauthn/server's verifyRegistrationResponse alone. The
 * library gets no root certificates, so it validates no certificate path; ours does, and it also redeems the challenge, applies the policy,
 * writes the log and stores the credential in a database in memory.
 */
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { systemClock } from '#base/clock.ts';
import { systemRandom } from '#base/random.ts';
import { autoApproveUser } from '#client/auto-approve-user.ts';
import { fixedAuthenticators } from '#client/context.ts';
import { create } from '#client/create.ts';
import { autoTouch, createAuthenticator, plugIn, trustAnchors } from '#emulator';
import { quickScrypt } from '#relying-party/methods/secret-hash.ts';
import type { Caller } from '#relying-party/methods/sessions.ts';
import { createInProcessPortal } from '#relying-party/portal/portal.ts';
import { openStore } from '#relying-party/store/libsql-store.ts';
import { interleave, operationsOf, rate, slowdown } from './measure.ts';
import { formatNumber, type Row, withRatioTarget } from './row.ts';

const origin = 'http://localhost:8080';
const pin = '1234';
const rounds = { rounds: 3, turns: 15, operations: 25 };

/** `packed` has an attestation certificate; `none` is what the client makes of it when no attestation is requested. */
const attestationOf = { packed: 'requested', none: 'ignored' } as const;
type Format = keyof typeof attestationOf;

interface Prepared {
  caller: Caller;
  challenge: string;
  response: Awaited<ReturnType<typeof create>>;
}

export async function benchVerify(): Promise<Row[]> {
  return [await compare('packed'), await compare('none')];
}

async function compare(format: Format): Promise<Row> {
  await using store = openStore();
  const { register, prepared } = await prepareResponses(format, store, operationsOf(rounds));
  const next = [prepared[Symbol.iterator](), prepared[Symbol.iterator]()] as const;
  const [ours, library] = await interleave(
    [
      { name: 'ours', run: () => register(take(next[0])) },
      { name: 'library', run: () => verifyWithLibrary(take(next[1])) },
    ],
    rounds,
  );
  const row = {
    name: `${format}: verify and store`,
    figure: `${formatNumber(rate(ours))}/s`,
    peer: `library, verify only ${formatNumber(rate(library))}/s`,
    ratio: slowdown(ours, library),
  };
  return withRatioTarget(row, 2);
}

function take(iterator: Iterator<Prepared>): Prepared {
  const { value, done } = iterator.next();
  if (done) throw new Error('Not enough responses were prepared');
  return value;
}

/** Prepares one response for each of `count` users, and returns how the relying party registers it. */
async function prepareResponses(format: Format, store: ReturnType<typeof openStore>, count: number) {
  const { directory, relyingParty } = await createInProcessPortal({
    origin,
    store,
    policy: { attestation: attestationOf[format], residentKey: 'discouraged', challengeLifetimeMs: 3_600_000 },
    clock: systemClock,
    random: systemRandom,
    trustAnchors: trustAnchors(),
    passwordCost: quickScrypt,
  });
  const device = plugIn(createAuthenticator({ persona: 'yubikey-5-nfc', gestures: autoTouch, pin }));
  const authenticators = fixedAuthenticators({ id: 'key', kind: 'security-key', label: 'Key', device });
  const client = { origin, authenticators, user: autoApproveUser({ pin }), clock: systemClock, random: systemRandom };
  const prepared: Prepared[] = [];
  for (let number = 0; number < count; number++) {
    const user = await directory.createUser({ name: `person-${number}@contoso.test`, password: 'secret' });
    const caller = await directory.openSession(user, 'totp');
    const given = await relyingParty.creationOptions(caller);
    if (!given.accepted) throw new Error(`No options were given: ${given.reason}`);
    prepared.push({ caller, challenge: given.options.challenge, response: await create(given.options, client) });
  }
  const register = async ({ caller, response }: Prepared) => {
    const outcome = await relyingParty.register(caller, response);
    if (!outcome.accepted) throw new Error(`The response was refused: ${outcome.reason} ${outcome.detail}`);
    if (outcome.pending.credential.attestation.fmt !== format) throw new Error(`Expected format ${format}`);
  };
  return { register, prepared };
}

async function verifyWithLibrary({ challenge, response }: Prepared): Promise<void> {
  const { verified } = await verifyRegistrationResponse({
    response: response as Parameters<typeof verifyRegistrationResponse>[0]['response'],
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: 'localhost',
  });
  if (!verified) throw new Error('The library refused the response');
}
