/** Rounds times for the HTML report, which shows at most two decimals. The master file keeps what was measured. */
export const roundMs = (ms: number): number => Math.round(ms * 100) / 100;
