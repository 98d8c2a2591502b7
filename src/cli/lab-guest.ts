/** Whether this process runs in a guest of the kernel lab, whose kernel takes our keys. */
export const insideLab = (): boolean => process.env.TOUCHSTONE_LAB !== undefined;
