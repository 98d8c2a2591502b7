/** The changelog of the catalogue: ids that were removed. They are never used again. */
export const removedCases: readonly string[] = [];
