/**
 * Coordinates of a case in the matrix. In a run on several devices, the case without its own coordinates is one more coordinate, so
 * that the same case on each device is one row.
 */

/** Rows and columns of the matrix in a run on several devices. */
export const deviceMatrix = { rows: 'case', columns: 'authenticator.device' } as const;

/** Returns the parties of a case; in a run on several devices also the case id without its coordinates. */
export const toCoordinates = (id: string, parties: Record<string, string>): Record<string, string> =>
  deviceMatrix.columns in parties ? { [deviceMatrix.rows]: id.replace(/\[.*$/s, ''), ...parties } : parties;
