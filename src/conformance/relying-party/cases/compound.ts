/** Attestation format compound: WebAuthn L3 section 8.9. */
import type { CborMap, CborValue } from '#protocol/cbor.ts';
import { editBytes, flipBits } from '#protocol/edits.ts';
import type { RegistrationChange } from '../relying-party-case.ts';
import { inWebAuthn } from '../rules/rule.ts';
import { accept, mayAccept, type Rows, refuse, registrationCases } from './define.ts';

const part = (fmt: CborValue, attStmt: CborValue): CborMap =>
  new Map([
    ['fmt', fmt],
    ['attStmt', attStmt],
  ]);
const parts = (change: (list: CborMap[]) => CborValue): RegistrationChange => ({
  statement: (list) => change(list as CborMap[]),
});
const editPart = (index: number, change: (attStmt: CborMap) => CborValue): RegistrationChange =>
  parts((list) =>
    list.map((one, at) => (at === index ? new Map(one).set('attStmt', change(one.get('attStmt') as CborMap)) : one)),
  );

const isSufficient = 'How many of the statements must be valid is a policy of the relying party';
const section = inWebAuthn('8.9');

const compoundRows: Rows<RegistrationChange> = {
  'compound.empty': refuse(
    'compound.parts',
    'There is no statement',
    parts(() => []),
  ),
  'compound.one': refuse(
    'compound.parts',
    'There is one statement',
    parts((list) => list.slice(0, 1)),
  ),
  'compound.map': refuse(
    'compound.parts',
    'The statements are a map',
    parts(([first]) => first ?? null),
  ),
  'compound.nested': refuse(
    'compound.parts',
    'A statement is compound',
    parts((list) => [...list, part('compound', new Map())]),
  ),
  'compound.text': refuse(
    'compound.parts',
    'A statement is text',
    parts((list) => [...list, 'packed']),
  ),
  'compound.without-fmt': refuse(
    'compound.parts',
    'A statement has no fmt',
    parts((list) => [...list, new Map([['attStmt', new Map()]])]),
  ),
  'compound.member-more': refuse(
    'compound.parts',
    'A statement has a member more',
    parts((list) => list.map((one) => new Map(one).set('more', 1))),
  ),
  'compound.attstmt-list': refuse(
    'compound.parts',
    'attStmt of a statement is a list',
    parts((list) => [...list, part('none', [])]),
  ),
  'compound.unknown': mayAccept(
    isSufficient,
    refuse(
      'statement.format',
      'A statement has an unknown format',
      parts((list) => [...list, part('example-format', new Map())]),
    ),
    section,
  ),
  'compound.first-wrong': mayAccept(
    isSufficient,
    refuse(
      'packed.signature',
      'The first statement has a wrong signature',
      editPart(0, editBytes('sig', flipBits(-1))),
    ),
    section,
  ),
  'compound.second-wrong': mayAccept(
    isSufficient,
    refuse(
      'packed.self-signature',
      'The second statement has a wrong signature',
      editPart(1, editBytes('sig', flipBits(-1))),
    ),
    section,
  ),
  'compound.control': accept('There are two valid statements', {}),
  'compound.control-three': accept(
    'There are three valid statements',
    parts((list) => [...list, part('none', new Map())]),
  ),
};

export const compoundCases = registrationCases('compound', { attestation: 'compound' }, compoundRows);
