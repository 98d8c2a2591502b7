/** The only door to picocolors: colours for terminals, off where the output is no terminal or NO_COLOR is set. */
import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** `enabled` unset: as the environment and standard output say. */
export const colours = (enabled: boolean = pc.isColorSupported): Colours => pc.createColors(enabled);
