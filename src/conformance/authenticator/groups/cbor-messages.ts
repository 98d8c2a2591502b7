/** cbor: whole messages and the encoding of answers, CTAP 2.1 sections 6.4 and 8. */
import { encodeMessage } from '#protocol/cbor.ts';
import { type CommandName, commands } from '#protocol/commands.ts';
import { MessageTooLong, TransportError } from '#protocol/errors.ts';
import { check, checkRefused, checkStatus, checkSuccess } from '../checks.ts';
import type { Exchange } from '../exchange.ts';
import { NotApplicable } from '../failures.ts';
import { registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';
import { bytes, sourceOf, sources } from './cbor-support.ts';

/** CTAPHID and smart cards refuse an empty message themselves, with ERR_INVALID_LEN or a status word. */
function throwUnlessRefused(error: unknown): undefined {
  if (error instanceof MessageTooLong) throw new NotApplicable(error.message);
  if (!(error instanceof TransportError) || error.kind !== 'framing' || !error.message.includes(' refused '))
    throw error;
}

const messages: RequirementInput[] = [
  {
    id: 'message.parameters-missing',
    title: 'A command without its parameters is refused',
    section: '8',
    provenBy: ['ignored-error.missing-parameter', 'status.missing-as-success'],
    variants: sources.filter(({ name }) => ['makecred', 'getassert', 'clientpin'].includes(name)),
    accepted: ['CTAP2_ERR_MISSING_PARAMETER', 'CTAP2_ERR_INVALID_CBOR', 'CTAP1_ERR_INVALID_LENGTH'],
    async run(context) {
      const accepted = ['CTAP2_ERR_MISSING_PARAMETER', 'CTAP2_ERR_INVALID_CBOR', 'CTAP1_ERR_INVALID_LENGTH'] as const;
      checkRefused(context, await context.send(sourceOf(context).command), ...accepted);
    },
  },
  {
    id: 'message.empty',
    title: 'An empty message is refused',
    section: '8',
    provenBy: ['ignored-error.invalid-length'],
    accepted: ['CTAP1_ERR_INVALID_LENGTH'],
    async run(context) {
      const exchange = await context.sendBytes(new Uint8Array(0)).catch(throwUnlessRefused);
      if (exchange) checkRefused(context, exchange, 'CTAP1_ERR_INVALID_LENGTH');
    },
  },
  {
    id: 'message.unknown-command',
    title: 'An unknown command is refused with CTAP1_ERR_INVALID_COMMAND',
    section: '8.2',
    provenBy: ['status.command-as-other', 'status.command-as-success', 'ignored-error.invalid-command'],
    variants: ['0x00', '0x03', '0x05', '0x0e', '0x3f', '0x77', '0xff'].map((name) => ({ name })),
    accepted: ['CTAP1_ERR_INVALID_COMMAND'],
    run: async (context) =>
      checkStatus(await context.sendBytes(bytes(Number(context.variant))), 'CTAP1_ERR_INVALID_COMMAND'),
  },
  {
    id: 'message.max-size',
    title: 'A message of maxMsgSize bytes is accepted',
    section: '6.4',
    provenBy: ['getinfo.max-msg-size-huge'],
    preconditions: [registersWithoutPin],
    async run(context) {
      const size = context.info.maxMsgSize ?? 1024;
      const exchange = await context.sendBytes(await messageOfSize(context, size));
      check(exchange.status !== 'CTAP2_ERR_REQUEST_TOO_LARGE', `Expected a message of ${size} bytes to be accepted`);
      checkSuccess(exchange);
    },
  },
  {
    id: 'message.too-large',
    title: 'A message longer than maxMsgSize is refused',
    section: '6.4',
    provenBy: ['transport.size-unchecked', 'ignored-error.request-too-large'],
    preconditions: [registersWithoutPin],
    accepted: ['CTAP2_ERR_REQUEST_TOO_LARGE'],
    async run(context) {
      const size = (context.info.maxMsgSize ?? 1024) + 1;
      const exchange = await context.sendBytes(await messageOfSize(context, size)).catch(throwUnlessRefused);
      if (exchange) checkRefused(context, exchange, 'CTAP2_ERR_REQUEST_TOO_LARGE', 'CTAP1_ERR_INVALID_LENGTH');
    },
  },
];

/** Returns a registration that an unknown member fills up to `size` bytes. */
async function messageOfSize(context: TestContext, size: number): Promise<Uint8Array> {
  const request = await authorizeRegistration(context, buildRegistration(context));
  const code = commands.authenticatorMakeCredential.code;
  const encodeWith = (padding: number) => encodeMessage(code, new Map(request).set(0x50, new Uint8Array(padding)));
  const padding = size - encodeWith(256).length + 256;
  check(encodeWith(padding).length === size, `Cannot build a message of ${size} bytes`);
  return encodeWith(padding);
}

const canonicalAnswer = (
  name: string,
  command: CommandName,
  send: (context: TestContext) => Promise<Exchange>,
): RequirementInput => ({
  id: `answer.${name}`,
  title: `The answer to ${command} is canonical CBOR`,
  section: '8',
  provenBy: [
    'cbor.map-head-long',
    'cbor.integer-long',
    'cbor.unsorted',
    'cbor.duplicate-key',
    'cbor.indefinite-map',
    'cbor.tag',
    'cbor.trailing',
    'cbor.truncated',
    'cbor.list',
  ],
  provenOn: 'touchstone-key',
  run: async (context) => void checkSuccess(await send(context)),
});

const answers: RequirementInput[] = [
  canonicalAnswer('getinfo', 'authenticatorGetInfo', (context) => context.send('authenticatorGetInfo')),
  {
    ...canonicalAnswer('makecred', 'authenticatorMakeCredential', (context) =>
      context.send('authenticatorMakeCredential', buildRegistration(context)),
    ),
    preconditions: [registersWithoutPin],
  },
];

export const cborMessages = defineGroup({ group: 'cbor', document: 'CTAP 2.1' }, [...messages, ...answers]);
