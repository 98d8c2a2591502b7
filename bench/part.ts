/** Runs the part named by the argument and sends its rows to the process that started this one. */
import { benchmarks } from './benchmarks.ts';

const [name = ''] = process.argv.slice(2);
const rows = await benchmarks[name]?.run();
process.send?.(rows, () => process.exit());
