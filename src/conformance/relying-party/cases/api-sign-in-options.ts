/** Options for a sign-in, as the conformance API returns them: WebAuthn L3 section 5.5, and section 7.2 step 5. */
import { isObject } from '#base/json.ts';
import type { Json } from '../conformance-api/client.ts';
import { changeAnswer } from '../conformance-api/edits.ts';
import { readRpId } from '../conformance-api/options.ts';
import { listCredentialsOfAll } from '../conformance-api/session-defects.ts';
import { forSignIn, inOptions, optionsRows } from './api-options.ts';
import { isDescriptor } from './api-registration-options.ts';
import { type ApiRows, answers, apiCases, compareValue, expectThat, toList } from './define-api.ts';

const path = 'assertion/options';

const allowedOf = ({ allowCredentials }: Json): readonly unknown[] => toList(allowCredentials);
const idsOf = (options: Json): unknown[] => allowedOf(options).map((entry) => (isObject(entry) ? entry.id : entry));

const rpIdRow: ApiRows = {
  'rp-id': answers('options.rp-id', 'rpId is absent, or that of the registration', {
    async check(visit) {
      const user = visit.openUser();
      const expected = readRpId(await user.beginRegistration(), visit);
      await user.register();
      const { rpId = new URL(visit.origin).hostname } = await user.beginSignIn();
      return compareValue('rpId', rpId, expected);
    },
    defect: changeAnswer(path, (body) => ({ ...body, rpId: 'attacker.example' })),
  }),
};

const allowRows: ApiRows = {
  'allow.registered': answers('options.allow-credentials', 'allowCredentials lists each credential of the user', {
    async check(visit) {
      const user = visit.openUser();
      const ids = [await user.register(), await user.register()];
      return compareValue('allowCredentials', idsOf(await user.beginSignIn()).toSorted(), ids.toSorted());
    },
    defect: changeAnswer(path, (body) => ({ ...body, allowCredentials: allowedOf(body).slice(0, 1) })),
  }),
  'allow.descriptor': answers(
    'options.allow-credentials',
    'Entries of allowCredentials have the type public-key, and transports that are a list of text or absent',
    {
      async check(visit) {
        const user = visit.openUser();
        await user.register();
        const allowed = allowedOf(await user.beginSignIn());
        return expectThat(allowed.length > 0 && allowed.every(isDescriptor), 'descriptors of credentials', allowed);
      },
      defect: changeAnswer(path, (body) => ({ ...body, allowCredentials: idsOf(body).map((id) => ({ id })) })),
    },
  ),
  'allow.other-user': answers('options.allow-credentials', 'allowCredentials has no credential of another user', {
    async check(visit) {
      const [user, other] = [visit.openUser(), visit.openUser()];
      await user.register();
      const foreign = await other.register();
      const ids = idsOf(await user.beginSignIn());
      return expectThat(!ids.includes(foreign), 'no credential of another user', ids);
    },
    defect: listCredentialsOfAll(),
  }),
};

const verificationRows: ApiRows = Object.fromEntries(
  (['required', 'preferred', 'discouraged'] as const).map((requested) => [
    `user-verification.${requested}`,
    answers(
      'options.user-verification',
      `userVerification is ${requested}, as the request asks`,
      inOptions(
        forSignIn,
        ({ userVerification = 'preferred' }) => compareValue('userVerification', userVerification, requested),
        (body) => ({ ...body, userVerification: requested === 'preferred' ? 'required' : undefined }),
        { userVerification: requested },
      ),
    ),
  ]),
);

export const apiSignInOptionsCases = apiCases('api-sign-in-options', {
  ...optionsRows(forSignIn),
  ...rpIdRow,
  ...allowRows,
  ...verificationRows,
});
