/** The notes of a release: the section of `CHANGELOG.md` with its version, in the format of Keep a Changelog 1.1.0. */
import { UsageError } from '#base/errors.ts';

export interface ReleaseFiles {
  /** Text of `package.json`. */
  packageJson: string;
  /** Text of `CHANGELOG.md`. */
  changelog: string;
}

/**
 * Returns the notes of the release that `tag` names, e.g. `v1.2.3`, as Markdown.
 * @throws {UsageError} if the tag is not a semantic version, `package.json` has another version, or the changelog has no dated section
 *   with content for it.
 */
export function releaseNotes(tag: string, { packageJson, changelog }: ReleaseFiles): string {
  const version = versionOf(tag);
  const { version: packageVersion } = JSON.parse(packageJson) as { version: string };
  if (packageVersion !== version)
    throw new UsageError(`Cannot release ${tag}: package.json has the version ${packageVersion}, expected ${version}`);
  const section = sectionOf(changelog, version);
  if (section === undefined)
    throw new UsageError(
      `Cannot release ${tag}: CHANGELOG.md has no section for it, expected "## [${version}] - YYYY-MM-DD"`,
    );
  if (section === '') throw new UsageError(`Cannot release ${tag}: its section in CHANGELOG.md is empty`);
  return `${section}\n`;
}

/** The version part of semver.org's suggested expression, with pre-release and without build metadata. */
const tagPattern = /^v((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)$/;

function versionOf(tag: string): string {
  const [, version] = tagPattern.exec(tag) ?? [];
  if (version === undefined)
    throw new UsageError(`Cannot release ${JSON.stringify(tag)}: expected a tag such as v1.2.3 or v1.2.3-rc.1`);
  return version;
}

/** Returns the content of the section of `version`; undefined if there is none with a date. */
function sectionOf(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => headingOf(text).replace(/\d{4}-\d{2}-\d{2}$/, '') === `[${version}] - `);
  return section?.slice(headingOf(section).length).trim();
}

const headingOf = (section: string): string => section.split('\n', 1)[0] ?? '';
