/** A program for tests: leases a key and waits for a touch that never comes. Arguments: `HOST:PORT/KEY TOKEN`. */
import { openRemote } from '../client.ts';

const [, , where = '', token = ''] = process.argv;
const device = await openRemote(where, { token });
await device.transact(new Uint8Array([0x0b]));
