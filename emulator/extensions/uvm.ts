/** Extension `uvm` (user verification method), WebAuthn L2 section 10.3: one entry for the method that was used. */
import type { CborValue } from '#protocol/cbor.ts';
import { boolean } from '#protocol/message.ts';
import type { UserEvidence } from '../commands/user-verification.ts';
import type { AuthenticatorEnv } from '../env.ts';
import type { Extension } from './extension.ts';

/** FIDO Registry of Predefined Values, sections 3.1 to 3.3. */
const userVerify = { presence: 0x01, passcodeExternal: 0x800 } as const;
const keyProtection = { software: 0x01, secureElement: 0x0a } as const;
const matcherProtection = { software: 0x01, onChip: 0x04 } as const;

export const uvm: Extension = {
  id: 'uvm',
  onMakeCredential: (input, { user }, env) => answer(input, user, env),
  onGetAssertion: (input, { user }, env) => answer(input, user, env),
};

function answer(input: CborValue, user: UserEvidence, { persona }: AuthenticatorEnv) {
  if (!boolean.parse(input, 'uvm') || !(user.present || user.verified)) return {};
  const inChip = !persona.options.plat;
  const method = [
    methodOf(user, persona.builtInUv?.uvModality),
    inChip ? keyProtection.secureElement : keyProtection.software,
    inChip ? matcherProtection.onChip : matcherProtection.software,
  ];
  return { output: [method] };
}

function methodOf({ verified, token }: UserEvidence, builtIn: number | undefined): number {
  if (!verified) return userVerify.presence;
  if (token && !token.byBuiltInUv) return userVerify.passcodeExternal;
  return builtIn ?? userVerify.presence;
}
