/** u2f: U2F_AUTHENTICATE, FIDO U2F Raw Message Formats 1.2 section 5. */
import { verifySignature } from '#protocol/crypto.ts';
import { check, checkEqual, checkSuccess } from '../checks.ts';
import { setUp } from '../failures.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import {
  authenticateU2f,
  authentication,
  checkStatusWord,
  prepareU2f,
  publicKeyOf,
  sendU2f,
  signedByAuthentication,
} from '../u2f-host.ts';
import { u2f } from './u2f-registration.ts';

const signing: RequirementInput[] = [
  {
    id: 'authenticate.signature',
    title: 'The signature of an authentication is over the application, the presence, the counter and the challenge',
    section: '5.4',
    provenBy: ['signature.bit-flipped', 'signature.zero', 'signature.other-challenge', 'u2f.response-truncated'],
    variants: [{ name: 'enforce' }, { name: 'no-touch' }],
    async run(context) {
      const credential = await prepareU2f(context);
      const challenge = context.random.bytes(32);
      const control = context.variant === 'enforce' ? 'enforceUserPresence' : 'dontEnforceUserPresence';
      const answer = await authenticateU2f(context, { ...credential, challenge, control });
      const signed = signedByAuthentication(credential, answer, challenge);
      check(verifySignature(publicKeyOf(credential), signed, answer.signature), 'The signature is not valid');
    },
  },
  {
    id: 'authenticate.presence',
    title: 'After a touch, bit 0 of the user presence byte is set',
    section: '5.4',
    provenBy: ['u2f.presence-missing'],
    async run(context) {
      const { userPresence } = await authenticateU2f(context, await prepareU2f(context));
      checkEqual(userPresence & 0x01, 1, 'bit 0 of the user presence byte');
    },
  },
  {
    id: 'authenticate.presence-reserved-bits',
    title: 'The reserved bits of the user presence byte are 0',
    section: '5.4',
    provenBy: ['u2f.presence-bits'],
    async run(context) {
      const { userPresence } = await authenticateU2f(context, await prepareU2f(context));
      checkEqual(userPresence & 0xfe, 0, 'the reserved bits of the user presence byte');
    },
  },
  {
    id: 'authenticate.touch',
    title: 'enforce-user-presence-and-sign without a touch ends with SW_CONDITIONS_NOT_SATISFIED',
    section: '5.1',
    provenBy: ['u2f.authenticate-without-touch', 'u2f.conditions-as-wrong-data'],
    async run(context) {
      const credential = await prepareU2f(context);
      context.setUser('absent');
      checkStatusWord(await sendU2f(context, authentication(context, credential)), 'SW_CONDITIONS_NOT_SATISFIED');
    },
  },
  {
    id: 'authenticate.without-touch',
    title: 'dont-enforce-user-presence-and-sign without a touch signs with a user presence byte of 0',
    section: '5.1',
    provenBy: ['u2f.presence-claimed'],
    async run(context) {
      const credential = await prepareU2f(context);
      context.setUser('absent');
      const request = { ...credential, control: 'dontEnforceUserPresence' as const };
      checkEqual((await authenticateU2f(context, request)).userPresence, 0, 'the user presence byte');
    },
  },
];

const counters: RequirementInput[] = [
  {
    id: 'counter.increases',
    title: 'The counter increases with every authentication',
    section: '5.4',
    provenBy: ['u2f.counter-zero', 'counter.stuck'],
    async run(context) {
      const credential = await prepareU2f(context);
      const first = await authenticateU2f(context, credential);
      const second = await authenticateU2f(context, credential);
      check(second.counter > first.counter, `Expected a counter above ${first.counter}, got ${second.counter}`);
    },
  },
  {
    id: 'counter.power-cycle',
    title: 'The counter does not fall with a power cycle',
    section: '5.4',
    provenBy: ['u2f.counter-zero'],
    async run(context) {
      const credential = await prepareU2f(context);
      const first = await authenticateU2f(context, credential);
      await context.powerCycle();
      const second = await authenticateU2f(context, credential);
      check(second.counter > first.counter, `Expected a counter above ${first.counter}, got ${second.counter}`);
    },
  },
];

const checkOnly = (context: TestContext, credential: { keyHandle: Uint8Array; application: Uint8Array }) =>
  sendU2f(context, authentication(context, { ...credential, control: 'checkOnly' }));

/** Key handles that this authenticator did not create for the application. */
const foreignKeyHandles = [{ name: 'random' }, { name: 'altered' }, { name: 'other-application' }, { name: 'empty' }];

const alterMiddle = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, index) => (index === bytes.length >> 1 ? byte ^ 0x01 : byte));

async function foreignKeyHandle(context: TestContext) {
  const { keyHandle, application } = await prepareU2f(context);
  switch (context.variant) {
    case 'random':
      return { keyHandle: context.random.bytes(keyHandle.length), application };
    case 'altered':
      return { keyHandle: alterMiddle(keyHandle), application };
    case 'empty':
      return { keyHandle: new Uint8Array(0), application };
    default:
      return { keyHandle, application: application.map((byte) => byte ^ 0xff) };
  }
}

const keyHandles: RequirementInput[] = [
  {
    id: 'check-only.known',
    title: 'check-only with a known key handle ends with SW_CONDITIONS_NOT_SATISFIED',
    section: '5.1',
    provenBy: ['u2f.known-key-denied', 'u2f.check-only-signs', 'u2f.conditions-as-wrong-data'],
    async run(context) {
      checkStatusWord(await checkOnly(context, await prepareU2f(context)), 'SW_CONDITIONS_NOT_SATISFIED');
    },
  },
  {
    id: 'check-only.unknown',
    title: 'check-only with a key handle that is not known for the application ends with SW_WRONG_DATA',
    section: '5.1',
    provenBy: ['u2f.key-handle-unchecked', 'u2f.wrong-data-as-conditions'],
    variants: foreignKeyHandles,
    async run(context) {
      checkStatusWord(await checkOnly(context, await foreignKeyHandle(context)), 'SW_WRONG_DATA');
    },
  },
  {
    id: 'check-only.no-touch',
    title: 'check-only does not need a touch',
    section: '5.1',
    provenBy: ['u2f.known-key-denied'],
    async run(context) {
      const credential = await prepareU2f(context);
      context.setUser('absent');
      checkStatusWord(await checkOnly(context, credential), 'SW_CONDITIONS_NOT_SATISFIED');
    },
  },
  {
    id: 'authenticate.unknown-key-handle',
    title: 'An authentication with a key handle that is not known for the application ends with SW_WRONG_DATA',
    section: '5.1',
    provenBy: ['u2f.key-handle-unchecked', 'u2f.wrong-data-as-conditions'],
    variants: foreignKeyHandles,
    async run(context) {
      const answer = await sendU2f(context, authentication(context, await foreignKeyHandle(context)));
      checkStatusWord(answer, 'SW_WRONG_DATA');
    },
  },
  {
    id: 'authenticate.control',
    title: 'An authentication with a control byte that is not defined is refused',
    section: '5.1',
    provenBy: ['u2f.control-unchecked'],
    variants: [{ name: '00' }, { name: '04' }, { name: 'ff' }],
    async run(context) {
      const credential = await prepareU2f(context);
      const control = Number.parseInt(context.variant ?? '', 16);
      const { status } = await sendU2f(context, authentication(context, { ...credential, control }));
      check(status !== 'SW_NO_ERROR', 'Expected a refusal, got SW_NO_ERROR');
    },
  },
  {
    id: 'authenticate.length',
    title: 'An authentication whose data is shorter or longer than it announces is refused with SW_WRONG_LENGTH',
    section: '3.3',
    provenBy: ['u2f.lengths-unchecked', 'u2f.length-as-unknown'],
    variants: [{ name: 'short' }, { name: 'long' }, { name: 'no-key-handle' }],
    async run(context) {
      const command = authentication(context, await prepareU2f(context));
      const data = command.data ?? new Uint8Array(0);
      const lengths: Record<string, number> = { short: data.length - 1, long: data.length + 1, 'no-key-handle': 64 };
      const changed = new Uint8Array(lengths[context.variant ?? ''] ?? 0);
      changed.set(data.subarray(0, changed.length));
      checkStatusWord(await sendU2f(context, { ...command, data: changed }), 'SW_WRONG_LENGTH');
    },
  },
  {
    id: 'reset.ends-key-handles',
    title: 'After a reset, the key handles from before it are not known',
    section: '6.6',
    document: 'CTAP 2.1',
    provenBy: ['reset.forgets-nothing'],
    async run(context) {
      const credential = await prepareU2f(context);
      await setUp('reset', async () => {
        await context.powerCycle();
        checkSuccess(await context.send('authenticatorReset'));
      });
      checkStatusWord(await checkOnly(context, credential), 'SW_WRONG_DATA');
    },
  },
];

export const u2fAuthentication = defineGroup(u2f, [
  ...signing,
  ...counters,
  ...keyHandles.map((requirement) => ({ ...requirement, destructive: requirement.id.startsWith('reset.') })),
]);
