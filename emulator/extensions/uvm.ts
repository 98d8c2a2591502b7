/** Extension `uvm` (user verification method), WebAuthn L2 section 10.3: returns one entry for the method that was used. */
import type { CborValue } from '#protocol/cbor.ts';
import { boolean } from '#protocol/message.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { UserEvidence } from '../user-evidence.ts';
import type { Extension } from './extension.ts';

/** FIDO Registry of Predefined Values, sections 3.1 to 3.3. */
const userVerify = { presence: 0x01, passcodeExternal: 0x800 } as const;
const keyProtection = { software: 0x01, secureElement: 0x0a } as const;
const matcherProtection = { software: 0x01, onChip: 0x04 } as const;

export const uvm: Extension = {
  id: 'uvm',
  onMakeCredential: (input, { user }, env) => reportMethod(input, user, env),
  onGetAssertion: (input, { user }, env) => reportMethod(input, user, env),
};

function reportMethod(input: CborValue, user: UserEvidence, { persona }: AuthenticatorEnv) {
  if (!boolean.parse(input, 'uvm') || !(user.present || user.verified)) return {};
  const hasSecureElement = !persona.options.plat;
  const method = [
    selectMethod(user, persona.builtInUv?.uvModality),
    hasSecureElement ? keyProtection.secureElement : keyProtection.software,
    hasSecureElement ? matcherProtection.onChip : matcherProtection.software,
  ];
  return { output: [method] };
}

function selectMethod({ verified, token }: UserEvidence, builtIn: number | undefined): number {
  if (!verified) return userVerify.presence;
  if (token && !token.byBuiltInUv) return userVerify.passcodeExternal;
  return builtIn ?? userVerify.presence;
}
