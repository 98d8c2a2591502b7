/** Extension `credProtect`, CTAP 2.1 section 12.1: the protection level of a credential. */
import { CtapError } from '#protocol/errors.ts';
import { credProtectPolicies } from '#protocol/extensions.ts';
import { unsigned } from '#protocol/message.ts';
import type { Extension } from './extension.ts';

const levels: readonly number[] = Object.values(credProtectPolicies);

export const credProtect: Extension = {
  id: 'credProtect',
  onMakeCredential(input) {
    const level = unsigned.parse(input, 'credProtect');
    if (!levels.includes(level)) throw new CtapError('CTAP2_ERR_INVALID_OPTION', `credProtect ${level}`);
    return { output: level, properties: { credProtect: level } };
  },
};
