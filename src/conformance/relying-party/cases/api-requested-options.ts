/** Options for a registration that a request asks for: authenticatorSelection and attestation. */
import { isObject } from '#base/json.ts';
import type { Json } from '../conformance-api/client.ts';
import { readMembers } from '../conformance-api/edits.ts';
import { forRegistration, inOptions } from './api-options.ts';
import { type ApiRows, answers, compareValue, expectThat } from './define-api.ts';

/** Criteria of a request, by the name of the case. */
const selections: Readonly<Record<string, Json>> = {
  'user-verification.required': { userVerification: 'required' },
  'user-verification.preferred': { userVerification: 'preferred' },
  'user-verification.discouraged': { userVerification: 'discouraged' },
  'attachment.platform': { authenticatorAttachment: 'platform' },
  'attachment.cross-platform': { authenticatorAttachment: 'cross-platform' },
  'resident-key.required': { residentKey: 'required' },
  'resident-key.preferred': { residentKey: 'preferred' },
  'resident-key.discouraged': { residentKey: 'discouraged' },
  'require-resident-key.true': { requireResidentKey: true },
  'require-resident-key.false': { requireResidentKey: false },
  together: { authenticatorAttachment: 'cross-platform', requireResidentKey: false, userVerification: 'preferred' },
};

const selectionRows: ApiRows = Object.fromEntries(
  Object.entries(selections).map(([name, requested]) => [
    `selection.${name}`,
    answers(
      'options.selection',
      `authenticatorSelection has ${describeMembers(requested)} of the request`,
      inOptions(
        forRegistration,
        ({ authenticatorSelection: found }) => {
          const echoed = Object.keys(requested).map((member) => [member, isObject(found) ? found[member] : undefined]);
          return compareValue('authenticatorSelection', Object.fromEntries(echoed), requested);
        },
        (body) => ({ ...body, authenticatorSelection: undefined }),
        { authenticatorSelection: requested },
      ),
    ),
  ]),
);

function describeMembers(members: Json): string {
  const parts = Object.entries(members).map(([name, value]) => `${name} ${String(value)}`);
  return parts.join(', ');
}

const attestationRows: ApiRows = {
  ...Object.fromEntries(
    (['none', 'indirect', 'direct'] as const).map((requested) => [
      `attestation.${requested}`,
      answers(
        'options.attestation',
        `attestation is ${requested}, as the request asks`,
        inOptions(
          forRegistration,
          ({ attestation = 'none' }) => compareValue('attestation', attestation, requested),
          (body) => ({ ...body, attestation: requested === 'none' ? 'direct' : undefined }),
          { attestation: requested },
        ),
      ),
    ]),
  ),
  'attestation.absent': answers('options.attestation', 'attestation is none if the request does not name one', {
    ...inOptions(
      forRegistration,
      ({ attestation = 'none' }) => compareValue('attestation', attestation, 'none'),
      (body) => ({ ...body, attestation: 'direct' }),
      { attestation: undefined },
    ),
  }),
};

const requestRows: ApiRows = {
  'request.names-only': answers('api.request', 'The request has the two names only', {
    async check(visit) {
      const { status, body } = await visit
        .openUser()
        .requestRegistration({ attestation: undefined, authenticatorSelection: undefined });
      return expectThat(body?.status === 'ok', 'options', { status, ...body });
    },
    defect: (send) => async (request) =>
      request.path === forRegistration.path && !('attestation' in readMembers(request.body))
        ? { status: 400, contentType: 'application/json', body: { status: 'failed', errorMessage: 'attestation' } }
        : send(request),
  }),
};

export const requestedOptionsRows: ApiRows = { ...selectionRows, ...attestationRows, ...requestRows };
