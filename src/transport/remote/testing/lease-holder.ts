/** A process that leases a key and waits for a touch that does not come: `tsx holder.ts HOST:PORT/KEY TOKEN`. */
import { openRemote } from '../client.ts';

const [, , where = '', token = ''] = process.argv;
const device = await openRemote(where, { token });
await device.transact(new Uint8Array([0x0b]));
