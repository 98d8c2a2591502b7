/** Terminal colours from picocolors: on in terminals and in CI, off where NO_COLOR is set. */
import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** Returns the colour functions. Without `enabled` the environment and standard output decide. */
export const createColours = (enabled: boolean = pc.isColorSupported): Colours => pc.createColors(enabled);
