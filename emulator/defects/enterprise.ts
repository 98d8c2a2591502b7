/** Defects of enterprise attestation, CTAP 2.1 sections 6.1.2 step 9 and 7.1. */
import { deleteMember, editMap, setMember } from '#protocol/edits.ts';
import { defectsDetectedBy } from './defect.ts';
import { editResponse } from './mutators.ts';

const section = 'CTAP 2.1 section 7.1';
/** The member of the response to makeCredential. */
const epAtt = 0x04;

export const enterpriseDefects = defectsDetectedBy('suite', {
  'enterprise.without-enabling': {
    title: 'Enterprise attestation is returned although it is not enabled',
    breaks: section,
    rules: { requireEnterpriseEnabling: false },
  },
  'enterprise.option-true': {
    title: 'The option ep is true although enterprise attestation is not enabled',
    breaks: section,
    ...editResponse('authenticatorGetInfo', editMap(0x04, setMember('ep', true))),
  },
  'enterprise.any-relying-party': {
    title: 'Every relying party gets vendor-facilitated enterprise attestation',
    breaks: section,
    rules: { limitEnterpriseRpIds: false },
  },
  'enterprise.not-reported': {
    title: 'epAtt is missing in the response with an enterprise attestation',
    breaks: 'CTAP 2.1 section 6.1.2 step 9',
    ...editResponse('authenticatorMakeCredential', deleteMember(epAtt)),
  },
  'enterprise.always-reported': {
    title: 'epAtt is true in every registration',
    breaks: 'CTAP 2.1 section 6.1.2 step 9',
    ...editResponse('authenticatorMakeCredential', setMember(epAtt, true)),
  },
});
