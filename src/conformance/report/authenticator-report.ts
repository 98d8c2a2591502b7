/** What the report of an authenticator contains: its requirements, and what identifies the key. */
import { formatAaguid } from '#base/bytes.ts';
import { coseAlgorithms } from '#protocol/cose.ts';
import type { AuthenticatorInfo } from '#protocol/get-info.ts';
import { authenticatorCatalogue } from '../authenticator/catalogue.ts';
import { groupTitles } from '../authenticator/group-titles.ts';
import type { Requirement } from '../authenticator/requirement.ts';
import { casesOf, idOfCase } from '../authenticator/run-case.ts';
import type { CaseResult } from '../case-result.ts';
import { buildReport, type Catalogue, toReportRequirement } from './build-report.ts';
import type { ConformanceReport, ReportTarget } from './report-model.ts';

export interface AuthenticatorRun extends Pick<ConformanceReport, 'run'> {
  /** The requirements that were selected. */
  requirements: readonly Requirement[];
  results: readonly CaseResult[];
  /** E.g. `persona yubikey-5-nfc`. */
  name: string;
  info: AuthenticatorInfo;
  profiles?: ConformanceReport['profiles'];
}

export const authenticatorCases = (): Catalogue => ({
  entries: authenticatorCatalogue,
  caseIds: casesOf(authenticatorCatalogue).map(idOfCase),
});

export const authenticatorReport = ({
  run,
  requirements,
  results,
  name,
  info,
  profiles = [],
}: AuthenticatorRun): ConformanceReport =>
  buildReport({
    suite: 'authenticator',
    run,
    catalogue: authenticatorCases(),
    requirements: requirements.map(toReportRequirement),
    groupTitles,
    targets: [{ target: describeAuthenticator(name, info), results }],
    profiles,
  });

/** Returns the content of getInfo as readable text. */
function describeAuthenticator(name: string, info: AuthenticatorInfo): ReportTarget {
  const { versions, aaguid, firmwareVersion, extensions, transports, pinUvAuthProtocols, algorithms, options } = info;
  const facts: Record<string, string | undefined> = {
    AAGUID: formatAaguid(aaguid),
    'Firmware version': firmwareVersion?.toString(),
    Versions: versions.join(', '),
    Transports: transports?.join(', '),
    Algorithms: algorithms?.map(({ alg }) => nameOfAlgorithm(alg)).join(', '),
    Extensions: extensions?.join(', '),
    Options:
      options &&
      Object.entries(options)
        .map(([id, value]) => `${id}: ${value}`)
        .join(', '),
    'PIN/UV auth protocols': pinUvAuthProtocols?.join(', '),
    'Minimum PIN length': info.minPINLength?.toString(),
    'Maximum message size': inBytes(info.maxMsgSize),
    'Maximum length of credential ids': inBytes(info.maxCredentialIdLength),
    'Remaining passkeys': info.remainingDiscoverableCredentials?.toString(),
    'Attestation formats': info.attestationFormats?.join(', '),
    Certifications:
      info.certifications &&
      Object.entries(info.certifications)
        .map(([id, level]) => `${id}: ${level}`)
        .join(', '),
  };
  const identity = Object.entries(facts).flatMap(([fact, value]) => (value ? [{ name: fact, value }] : []));
  return { name, ...(firmwareVersion !== undefined && { version: `firmware ${firmwareVersion}` }), identity };
}

const inBytes = (length: number | undefined): string | undefined =>
  length === undefined ? undefined : `${length} bytes`;

const nameOfAlgorithm = (alg: number): string =>
  Object.entries(coseAlgorithms).find(([, row]) => row.alg === alg)?.[0] ?? `COSE ${alg}`;
