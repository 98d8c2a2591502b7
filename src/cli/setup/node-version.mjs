/** The oldest Node that runs Touchstone. This file must parse on much older ones, so that they hear a sentence instead of a stack. */

const wanted = { major: 20, minor: 19 };

/** A sentence when this Node is too old, otherwise undefined. */
export function nodeVersionProblem(found = process.versions.node) {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const newEnough = major > wanted.major || (major === wanted.major && minor >= wanted.minor);
  return newEnough
    ? undefined
    : `Touchstone needs Node ${wanted.major}.${wanted.minor} or newer, found ${found}: install a newer Node and run this again.`;
}
