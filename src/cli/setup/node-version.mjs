/** The oldest supported version of Node.js. Much older versions must be able to parse this file, so that they print a message and no stack. */

const required = { major: 20, minor: 19 };

/** Returns a message if this version of Node.js is too old, otherwise undefined. */
export function nodeVersionProblem(found = process.versions.node) {
  const [major = 0, minor = 0] = found.split('.').map(Number);
  const isSupported = major > required.major || (major === required.major && minor >= required.minor);
  return isSupported
    ? undefined
    : `Touchstone needs Node.js ${required.major}.${required.minor} or newer, found ${found}: install a newer version and try again`;
}
