/** ep: enterprise attestation, CTAP 2.1 sections 6.1.2 step 9, 6.11.1 and 7.1. */
import type { CborMap } from '#protocol/cbor.ts';
import { authenticatorConfigSubCommands as sub } from '#protocol/management.ts';
import { check, checkEqual, checkRefused, checkSuccess, readText } from '../checks.ts';
import { setUp } from '../failures.ts';
import { authenticatorConfig, sendManagement } from '../management.ts';
import { withMember } from '../members.ts';
import { hasOption, optionIsNotTrue, optionIsTrue } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration } from '../registration.ts';
import { defineGroup, type RequirementInput } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

/** Members of the request and of the response to makeCredential. */
const [enterpriseAttestation, epAtt] = [0x0a, 0x04];
const [vendorFacilitated, platformManaged] = [1, 2];

const enable = (context: TestContext) =>
  setUp('enable enterprise attestation', async () =>
    checkSuccess(await sendManagement(context, authenticatorConfig, { subCommand: sub.enableEnterpriseAttestation })),
  );

/** Registers with a value of enterpriseAttestation; undefined: without this member. */
async function registerWith(context: TestContext, value: number | undefined) {
  const plain = buildRegistration(context);
  const request = value === undefined ? plain : withMember(plain, [enterpriseAttestation], value);
  return context.send('authenticatorMakeCredential', await authorizeRegistration(context, request));
}

const isEnterprise = (members: CborMap): boolean => members.get(epAtt) === true;

const requirements: RequirementInput[] = [
  {
    id: 'disabled.option',
    title: 'After a reset, enterprise attestation is disabled: the option ep is false',
    section: '7.1',
    provenBy: ['enterprise.option-true'],
    run: async (context) => checkEqual((await context.readInfo()).options?.ep, false, 'ep'),
  },
  {
    id: 'disabled.refused',
    title: 'A registration with enterpriseAttestation is refused with CTAP1_ERR_INVALID_PARAMETER while it is disabled',
    section: '6.1.2 step 9',
    provenBy: ['enterprise.without-enabling', 'ignored-error.invalid-parameter'],
    accepted: ['CTAP1_ERR_INVALID_PARAMETER'],
    variants: [{ name: '1' }, { name: '2' }],
    async run(context) {
      checkRefused(context, await registerWith(context, Number(context.variant)), 'CTAP1_ERR_INVALID_PARAMETER');
    },
  },
  {
    id: 'value.undefined',
    title: 'A value of enterpriseAttestation that is not defined is refused with CTAP2_ERR_INVALID_OPTION',
    section: '6.1.2 step 9',
    provenBy: ['ignored-error.invalid-option'],
    accepted: ['CTAP2_ERR_INVALID_OPTION'],
    variants: [{ name: '0' }, { name: '3' }],
    async run(context) {
      await enable(context);
      checkRefused(context, await registerWith(context, Number(context.variant)), 'CTAP2_ERR_INVALID_OPTION');
    },
  },
  {
    id: 'platform-managed.reported',
    title: 'Platform-managed enterprise attestation is reported with epAtt: true',
    section: '6.1.2 step 9',
    provenBy: ['enterprise.not-reported'],
    async run(context) {
      await enable(context);
      checkEqual(checkSuccess(await registerWith(context, platformManaged)).get(epAtt), true, 'epAtt');
    },
  },
  {
    id: 'platform-managed.attested',
    title: 'A credential with enterprise attestation has an attestation statement',
    section: '7.1',
    provenBy: ['attestation.fmt-none-with-statement'],
    async run(context) {
      await enable(context);
      const members = checkSuccess(await registerWith(context, platformManaged));
      const format = readText(members, 0x01, 'fmt');
      check(format !== 'none', 'Expected an attestation statement, got the format none');
    },
  },
  {
    id: 'vendor-facilitated.other-relying-party',
    title: 'A relying party that the vendor has not listed gets no vendor-facilitated enterprise attestation',
    section: '7.1',
    provenBy: ['enterprise.any-relying-party', 'enterprise.always-reported'],
    async run(context) {
      await enable(context);
      const members = checkSuccess(await registerWith(context, vendorFacilitated));
      check(!isEnterprise(members), 'Expected epAtt to be absent or false for a relying party of the suite');
    },
  },
  {
    id: 'not-requested',
    title: 'A registration without enterpriseAttestation gets no enterprise attestation',
    section: '6.1.2 step 9',
    provenBy: ['enterprise.always-reported'],
    async run(context) {
      await enable(context);
      const members = checkSuccess(await registerWith(context, undefined));
      check(!isEnterprise(members), 'Expected epAtt to be absent or false');
    },
  },
  {
    id: 'reset.disables',
    title: 'A reset disables enterprise attestation',
    section: '6.6',
    provenBy: ['reset.forgets-nothing'],
    async run(context) {
      await enable(context);
      await context.powerCycle();
      await setUp('reset', async () => checkSuccess(await context.send('authenticatorReset')));
      checkEqual((await context.readInfo()).options?.ep, false, 'ep');
    },
  },
];

export const enterpriseAttestationRequirements = defineGroup(
  {
    group: 'ep',
    document: 'CTAP 2.1',
    state: 'pin',
    preconditions: [hasOption('ep'), optionIsNotTrue('ep'), optionIsTrue('authnrCfg')],
  },
  requirements.map((requirement) => ({ ...requirement, destructive: true })),
);
