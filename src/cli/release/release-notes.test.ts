import { describe, expect, it } from 'vitest';
import { releaseNotes } from './release-notes.ts';

const packageJson = JSON.stringify({ name: 'touchstone', version: '1.2.3' });
const changelog = `# Changelog

## [Unreleased]

### Added

- Not yet.

## [1.2.3] - 2027-01-31

### Fixed

- A defect.

## [1.2.2] - 2027-01-02

- Old.
`;

describe('releaseNotes', () => {
  it('returns the section of the version, without its heading', () => {
    expect(releaseNotes('v1.2.3', { packageJson, changelog })).toBe('### Fixed\n\n- A defect.\n');
  });

  it('returns the section of a pre-release', () => {
    const files = {
      packageJson: '{ "version": "2.0.0-rc.1" }',
      changelog: '## [2.0.0-rc.1] - 2027-02-01\n\n- A candidate.\n',
    };
    expect(releaseNotes('v2.0.0-rc.1', files)).toBe('- A candidate.\n');
  });

  it.each(['1.2.3', 'v1.2', 'v01.2.3', 'v1.2.3.4', 'latest', ''])('refuses the tag %j', (tag) => {
    expect(() => releaseNotes(tag, { packageJson, changelog })).toThrow('expected a tag such as v1.2.3');
  });

  it('refuses a tag that differs from the version of the package', () => {
    expect(() => releaseNotes('v1.2.4', { packageJson, changelog })).toThrow(
      'package.json has the version 1.2.3, expected 1.2.4',
    );
  });

  it.each([
    ['no section', '## [1.2.30] - 2027-01-31\n\n- Other.\n', 'has no section for it'],
    ['a section without a date', '## [1.2.3]\n\n- A defect.\n', 'expected "## [1.2.3] - YYYY-MM-DD"'],
    ['an empty section', '## [1.2.3] - 2027-01-31\n\n## [1.2.2] - 2027-01-02\n\n- Old.\n', 'is empty'],
  ])('refuses a changelog with %s', (_, text, message) => {
    expect(() => releaseNotes('v1.2.3', { packageJson, changelog: text })).toThrow(message);
  });
});
