/** The requests whose encoding the group cbor changes. */
import type { CborKey, CborMap, CborValue } from '#protocol/cbor.ts';
import type { CommandName } from '#protocol/commands.ts';
import { authorizeAssertion, buildAssertion } from '../assertion.ts';
import { hasClientPin, hasOption, optionIsTrue, registersWithoutPin } from '../preconditions.ts';
import { authorizeRegistration, buildRegistration, register } from '../registration.ts';
import type { Variant } from '../requirement.ts';
import type { TestContext } from '../test-context.ts';

export interface RequestSource extends Variant {
  command: CommandName;
  /** Returns a request that the authenticator accepts. */
  build(context: TestContext): Promise<CborMap>;
}

/** Commands whose valid requests need no PIN. */
export const sources: readonly RequestSource[] = [
  {
    name: 'makecred',
    preconditions: [registersWithoutPin],
    command: 'authenticatorMakeCredential',
    build: async (context) => authorizeRegistration(context, buildRegistration(context)),
  },
  {
    name: 'getassert',
    preconditions: [registersWithoutPin],
    command: 'authenticatorGetAssertion',
    async build(context) {
      const credential = await register(context);
      return authorizeAssertion(context, buildAssertion(context, { allowList: [credential] }));
    },
  },
  {
    name: 'clientpin',
    preconditions: [hasClientPin],
    command: 'authenticatorClientPIN',
    build: async (context) =>
      new Map([
        [0x01, context.info.pinUvAuthProtocols?.[0] ?? 1],
        [0x02, 0x01],
      ]),
  },
  {
    name: 'largeblobs',
    preconditions: [optionIsTrue('largeBlobs')],
    command: 'authenticatorLargeBlobs',
    build: async () =>
      new Map([
        [0x01, 17],
        [0x03, 0],
      ]),
  },
  {
    name: 'bio',
    preconditions: [hasOption('bioEnroll')],
    command: 'authenticatorBioEnrollment',
    build: async () =>
      new Map<CborKey, CborValue>([
        [0x01, 1],
        [0x06, true],
      ]),
  },
];

export const sourceOf = ({ variant }: TestContext): RequestSource => {
  const source = sources.find(({ name }) => name === variant);
  if (!source) throw new RangeError(`There is no variant ${variant}`);
  return source;
};

export const bytes = (...values: number[]) => new Uint8Array(values);
