/** cbor: the status codes of requests that are malformed or too long, CTAP 2.1 section 8.2. */
import { type CborMap, type CborValue, encodeMessage } from '#protocol/cbor.ts';
import { commands } from '#protocol/commands.ts';
import { TransportError } from '#protocol/errors.ts';
import { checkStatus } from '../checks.ts';
import { NotApplicable } from '../failures.ts';
import { withMember } from '../members.ts';
import { from21, hasMember, registersWithoutPin } from '../preconditions.ts';
import { buildRegistration, descriptorOf, mc } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';

const create = 'authenticatorMakeCredential';

const statuses: RequirementInput[] = [
  {
    id: 'status.unexpected-type',
    title: 'A member of another type is reported with CTAP2_ERR_CBOR_UNEXPECTED_TYPE',
    section: '8.2',
    provenBy: ['status.type-as-other'],
    accepted: ['CTAP2_ERR_CBOR_UNEXPECTED_TYPE'],
    async run(context) {
      const request = withMember(buildRegistration(context), [mc.clientDataHash], 'text');
      checkStatus(await context.send(create, request), 'CTAP2_ERR_CBOR_UNEXPECTED_TYPE');
    },
  },
  {
    id: 'status.invalid-cbor',
    title: 'A message that is not well-formed CBOR is reported with CTAP2_ERR_INVALID_CBOR',
    section: '8.2',
    provenBy: ['status.cbor-as-other'],
    accepted: ['CTAP2_ERR_INVALID_CBOR'],
    async run(context) {
      const message = encodeMessage(commands[create].code, buildRegistration(context));
      checkStatus(await context.sendBytes(message.slice(0, -3)), 'CTAP2_ERR_INVALID_CBOR');
    },
  },
  {
    id: 'status.request-too-large',
    title: 'A message that is longer than maxMsgSize is reported with CTAP2_ERR_REQUEST_TOO_LARGE',
    section: '6.4',
    provenBy: ['status.too-large-as-length'],
    preconditions: [hasMember('maxMsgSize')],
    accepted: ['CTAP2_ERR_REQUEST_TOO_LARGE'],
    async run(context) {
      const message = new Uint8Array((context.info.maxMsgSize ?? 1024) + 1);
      message.set(encodeMessage(commands[create].code, buildRegistration(context)));
      const exchange = await context.sendBytes(message).catch((error) => {
        // A transport that refuses the message itself, as cards do with SW_WRONG_LENGTH, returns no CTAP status.
        if (error instanceof TransportError && error.kind === 'framing') throw new NotApplicable(error.message);
        throw error;
      });
      checkStatus(exchange, 'CTAP2_ERR_REQUEST_TOO_LARGE');
    },
  },
  {
    id: 'status.limit-exceeded',
    title: 'A list of more than maxCredentialCountInList credentials is reported with CTAP2_ERR_LIMIT_EXCEEDED',
    section: '6.4',
    provenBy: ['status.limit-as-other'],
    preconditions: [hasMember('maxCredentialCountInList'), hasMember('maxMsgSize')],
    accepted: ['CTAP2_ERR_LIMIT_EXCEEDED'],
    async run(context) {
      const count = (context.info.maxCredentialCountInList ?? 0) + 1;
      const excludeList = Array.from(
        { length: count },
        (_, index): CborValue => descriptorOf(new Uint8Array(32).fill(index)),
      );
      const request: CborMap = buildRegistration(context, { excludeList });
      const { length } = encodeMessage(commands[create].code, request);
      if (length > (context.info.maxMsgSize ?? 0)) throw new NotApplicable('The list does not fit in a message');
      checkStatus(await context.send(create, request), 'CTAP2_ERR_LIMIT_EXCEEDED');
    },
  },
];

export const statusesOfRequests = defineGroup(
  { group: 'cbor', document: 'CTAP 2.1', preconditions: [registersWithoutPin, from21] },
  statuses.map((requirement) => ({ ...requirement, level: 'SHOULD' as const })),
);
